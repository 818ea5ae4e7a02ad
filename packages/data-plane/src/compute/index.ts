export { Compute, type ComputeBounds, describe, engineVersion, rowsOf } from './duckdb.ts'
export { assertReadsOnly } from './guard.ts'
export { type Running, Workers } from './process.ts'
export { serveJobs } from './serve_jobs.ts'
