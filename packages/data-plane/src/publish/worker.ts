import { serveJobs } from '../compute/index.ts'
import { runJob } from './run_job.ts'
import { runProfile } from './run_profile.ts'

// The process that builds: `node worker.ts <idle seconds>`, started by `Workers` with a pipe.
serveJobs({ build: runJob, profile: runProfile }, Number(process.argv[2] ?? 60))
