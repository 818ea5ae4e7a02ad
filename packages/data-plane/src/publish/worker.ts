import type { SampleJob } from '../build/index.ts'
import { serveJobs } from '../compute/index.ts'
import { inferFile } from '../input/index.ts'
import { runJob } from './run_job.ts'
import { runProfile } from './run_profile.ts'

// The process that builds: `node worker.ts <idle seconds>`, started by `Workers` with a pipe.
const infer = ({ file, limits }: SampleJob) => inferFile(file, limits)

serveJobs({ build: runJob, profile: runProfile, infer }, Number(process.argv[2] ?? 60))
