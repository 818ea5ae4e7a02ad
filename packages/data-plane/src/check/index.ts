export { guessColumns } from './guess.ts'
export { type ProfileOptions, profileTable } from './profile.ts'
export { type CheckOptions, runChecks } from './run.ts'
export type { Staged, StagedTable } from './staged.ts'
