export { compile } from './compile.ts'
export { type DraftFile, type DraftTable, kept } from './draft.ts'
export type {
  BuildHandle,
  BuildJob,
  BuildOutcome,
  InputVerdict,
  ProfileJob,
  ProfileOutcome,
  Progress,
  SampleJob,
} from './job.ts'
export { type Keeper, openKeeper } from './keep.ts'
export { columnLineage } from './lineage/index.ts'
export { type ModelFiles, modelMistakes } from './mistakes.ts'
export type { Project } from './project.ts'
export { type Draft, stage } from './stage.ts'
export { stepsOf } from './steps.ts'
export { combinedStats, compareBounds } from './write.ts'
