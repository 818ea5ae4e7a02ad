export type { QueryDeps } from './deps.ts'
export { openQueries, type Queries } from './queries.ts'
export { deleteSaved, listSaved, saveQuery } from './saved.ts'
export { type TurnLimits, turnsFor } from './turns.ts'
