export { type Access, openAccess, type Reach, type Sight } from './access.ts'
export { accessTo, decideAccess, listAccess, type RequestDeps, requestAccess } from './requests.ts'
export type { UsageTotals } from './usage.ts'
