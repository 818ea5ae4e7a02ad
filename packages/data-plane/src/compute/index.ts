export { Compute, describe, engineVersion, rowsOf } from './duckdb.ts'
export { assertReadsOnly } from './guard.ts'
export { Workers } from './process.ts'
export { serveJobs } from './serve_jobs.ts'
