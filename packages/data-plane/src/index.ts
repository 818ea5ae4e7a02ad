export type { BuildHandle, BuildJob, BuildOutcome, ProfileJob, ProfileOutcome, Progress } from './build/index.ts'
export type { Workers } from './compute/index.ts'
export { type BuildOptions, build, openWorkers, type Published, type PublishPlane, publish } from './publish/index.ts'
export { localStorage, type Storage, type StoredFile } from './storage/index.ts'
