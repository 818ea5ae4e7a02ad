export { FileDiff } from './file_diff.tsx'
export { diffLines } from './lines.ts'
