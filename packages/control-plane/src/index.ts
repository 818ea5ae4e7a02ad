export { effectiveConfig, type Setting } from './config.ts'
export type { ControlPlane } from './main.ts'
export { type ControlPlaneOptions, startControlPlane } from './start.ts'
export { backupState, restoreState } from './state.ts'
