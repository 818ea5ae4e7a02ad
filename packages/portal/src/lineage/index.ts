export type { Change, State } from './state.ts'
export { Toolbar } from './toolbar.tsx'
export { LineageView } from './view.tsx'
