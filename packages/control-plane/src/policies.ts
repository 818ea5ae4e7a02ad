/**
 * Policies without a platform: reading, testing and judging on this machine, for the command line. A front door of its own, so that
 * `datamesh validate` does not load the database and the server.
 */

export { evaluableOf } from './governance/evaluable.ts'
export { type Evaluable, inputFrom, judgeOne, type Prepared, prepare } from './governance/evaluate/judge.ts'
export { mistakesIn, testPolicy } from './governance/evaluate/play.ts'
export type { Mistake, TestOutcome } from './governance/evaluate/wire.ts'
export { starterSet } from './governance/starter.ts'
