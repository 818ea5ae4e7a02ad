export type { OpaSettings } from './evaluate/opa.ts'
export { type Governance, openGovernance, type ReadPolicy } from './governance.ts'
export { meshHealth } from './mesh_health.ts'
