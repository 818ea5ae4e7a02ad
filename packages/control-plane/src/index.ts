export { effectiveConfig, type Setting } from './config.ts'
export { type ControlPlane, type ControlPlaneOptions, startControlPlane } from './main.ts'
export { backupState, restoreState } from './state.ts'
