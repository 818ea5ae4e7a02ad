export { CodeEditor } from './code_editor.tsx'
export type { Coverage, Mistake } from './props.ts'
