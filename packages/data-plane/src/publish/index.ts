export { type BuildOptions, build, infer, openWorkers, type ProfileHandle, profile } from './build.ts'
export { type Published, type PublishPlane, publish } from './publish.ts'
export { runJob } from './run_job.ts'
