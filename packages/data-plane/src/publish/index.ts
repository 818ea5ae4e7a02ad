export { type BuildOptions, build, openWorkers } from './build.ts'
export { runJob } from './run_job.ts'
