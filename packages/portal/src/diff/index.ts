export { FileDiff } from './file_diff.tsx'
