export { type Access, accessChannel, openAccess, type Sight } from './access.ts'
export { resourceFrom } from './resources.ts'
export type { UsageTotals } from './usage.ts'
