export type { OpaSettings } from './evaluate/opa.ts'
export { type Governance, openGovernance, type ReadPolicy } from './governance.ts'
export { openMeshHealth } from './mesh_health.ts'
