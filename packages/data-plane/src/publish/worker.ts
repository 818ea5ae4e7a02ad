import { serveJobs } from '../compute/index.ts'
import { runJob } from './run_job.ts'

// The process that builds: `node worker.ts <idle seconds>`, started by `Workers` with a pipe.
serveJobs({ build: runJob }, Number(process.argv[2] ?? 60))
