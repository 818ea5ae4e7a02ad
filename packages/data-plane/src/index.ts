export type {
  BuildHandle,
  BuildJob,
  BuildOutcome,
  InputVerdict,
  ProfileJob,
  ProfileOutcome,
  Progress,
  SampleJob,
} from './build/index.ts'
export { type ModelFiles, modelMistakes } from './build/index.ts'
export { engineVersion, type Workers } from './compute/index.ts'
export { inferFile } from './input/index.ts'
export { type BareKeys, type MaskKeys, maskKeys, openToken, type Served, servedKey } from './mask/index.ts'
export {
  type BuildOptions,
  build,
  infer,
  openWorkers,
  type ProfileHandle,
  type Published,
  type PublishPlane,
  profile,
  publish,
  runJob,
} from './publish/index.ts'
export * from './query/index.ts'
export * from './serve/index.ts'
export { type DataKeys, keysIn, localStorage, type Storage, type StoredFile } from './storage/index.ts'
