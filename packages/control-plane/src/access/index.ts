export { type Access, openAccess, type Reach, type Sight } from './access.ts'
export type { UsageTotals } from './usage.ts'
