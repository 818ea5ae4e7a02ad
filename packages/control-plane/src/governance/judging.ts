import { setImmediate as breathe } from 'node:timers/promises'
import {
  appliesTo,
  bandHits,
  type Finding,
  type Hit,
  type Moment,
  type PlaceOf,
  parsePath,
  policyInput,
  storedHit,
} from '@datamesh/core'
import { sql } from 'kysely'
import type { GovernanceDeps } from './deps.ts'
import type { RawFinding } from './evaluate/judge.ts'
import type { Known } from './facts.ts'
import type { KnownPolicy } from './policies.ts'

export type Judged = { policy: KnownPolicy; finding: Omit<Finding, 'hits'> & { hits: Hit[] } }

type Deps = Pick<GovernanceDeps, 'store' | 'now' | 'engine'>
type About = { id: string; known: Known }

/** Which of them are asked at this moment. `read` is asked by access, with its own question. */
export const askedAt = (policies: readonly KnownPolicy[], moment: Moment): KnownPolicy[] =>
  policies.filter(({ mode, when }) => mode !== 'off' && when.includes(moment))

/** What policies are asked of a stored product: everything but readers, whose question is another one. */
export const askedOfStored = (policies: readonly KnownPolicy[]): KnownPolicy[] =>
  policies.filter(({ mode, when }) => mode !== 'off' && when.some((moment) => moment !== 'read'))

/** Every policy that is about each of these products, in one question to the engine. In the order of `about`. */
export const judgeAll = async (
  about: readonly About[],
  policies: readonly KnownPolicy[],
  deps: Deps,
): Promise<Judged[][]> => {
  const evaluated = policies.filter(({ policyKind }) => policyKind !== 'passive')
  const passive = policies.filter(({ policyKind }) => policyKind === 'passive')
  const which = about.map(({ known }) => evaluated.flatMap((policy, i) => (isAbout(policy, known) ? [i] : [])))
  const inputs = evaluated.length === 0 ? [] : await inputsOf(about, which)
  const [found, pushed] = await Promise.all([
    evaluated.length === 0
      ? []
      : deps.engine.judge(
          {
            policies: evaluated.map(({ evaluable }) => evaluable),
            about: inputs,
          },
          deps.now(),
        ),
    resultsOf(about, passive, deps),
  ])
  return about.map(({ id, known }, i) => [
    ...(which[i] as number[]).flatMap((at, column): Judged[] => {
      const finding: RawFinding | null = found[i]?.[column] ?? null
      return finding === null ? [] : [{ policy: evaluated[at] as KnownPolicy, finding }]
    }),
    ...passive
      .filter((policy) => appliesTo(policy, known.scoped))
      .map((policy) => ({ policy, finding: fromResults(policy, pushed.get(`${policy.id} ${id}`), deps.now()) })),
  ])
}

/** Inputs are large texts: others get a turn between them. */
const inputsOf = async (about: readonly About[], which: readonly number[][]) => {
  const inputs: { input: string; policies: number[] }[] = []
  for (const [i, { known }] of about.entries()) {
    if (i % 10 === 9) await breathe()
    inputs.push({ input: JSON.stringify(policyInput(known.written, known.sources)), policies: which[i] as number[] })
  }
  return inputs
}

/** A change needs something that it is a change of. */
const isAbout = (policy: KnownPolicy, known: Known): boolean =>
  appliesTo(policy, known.scoped) && (policy.policyKind !== 'change' || known.sources.previous !== null)

export type PushedResult = {
  passed: boolean
  value?: number | undefined
  msg: string
  path: string
  fix?: string | undefined
}
type Pushed = { results: PushedResult[]; at: Date }

const resultsOf = async (
  about: readonly About[],
  passive: readonly KnownPolicy[],
  { store }: Deps,
): Promise<Map<string, Pushed>> => {
  if (passive.length === 0) return new Map()
  const { rows } = await sql<{ policy: string; product: string; results: PushedResult[]; at: Date }>`
    select policy, product, results, at
    from policy_result
    where policy = any(cast(${passive.map(({ id }) => id)} as text[]))
      and product = any(cast(${about.map(({ id }) => id)} as text[]))`.execute(store.db)
  return new Map(rows.map(({ policy, product, ...rest }) => [`${policy} ${product}`, rest]))
}

/** What another tool said last. Too old, or nothing at all where an age is asked for: nobody knows, and that is told. */
const fromResults = (policy: KnownPolicy, pushed: Pushed | undefined, now: Date): RawFinding => {
  const { maxAgeSeconds, severity } = policy
  const late = (msg: string): RawFinding => ({
    hits: [
      {
        msg,
        path: [],
        fix: 'run the tool that reports it, and see that its results arrive',
        level: severity,
        at: null,
      },
    ],
    value: null,
    error: null,
  })
  if (pushed === undefined)
    return maxAgeSeconds === null ? { hits: [], value: null, error: null } : late('no result has been reported yet')
  if (maxAgeSeconds !== null && now.getTime() - pushed.at.getTime() > maxAgeSeconds * 1000)
    return late(
      `the newest result is of ${pushed.at.toISOString().slice(0, 16).replace('T', ' ')} UTC and counts no more`,
    )
  const value = pushed.results.findLast((each) => each.value !== undefined)?.value ?? null
  return {
    value,
    error: null,
    hits: pushed.results.flatMap((each): Hit[] => [
      ...(each.passed ? [] : hit(each.msg === '' ? 'the check did not pass' : each.msg, each, severity)),
      ...(each.value === undefined
        ? []
        : bandHits(each.value, policy, { msg: each.msg, path: each.path, fix: each.fix })),
    ]),
  }
}

const hit = (msg: string, { path, fix }: PushedResult, level: Hit['level']): Hit[] => [
  { msg, path: parsePath(path), fix: fix ?? null, level, at: null },
]

/** As it is kept: before roll-out and waivers, pointed into the manifest. */
export const stored = ({ finding }: Judged, placeOf: PlaceOf): Finding => ({
  ...finding,
  hits: finding.hits.map((each) => storedHit(each, placeOf)),
})
