export { type Access, openAccess, type Sight } from './access.ts'
export type { UsageTotals } from './usage.ts'
