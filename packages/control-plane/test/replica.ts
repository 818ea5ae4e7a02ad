import { startControlPlane } from '../src/index.ts'

/** One server of several on a state, as a process of its own that a test can kill: `replica.ts <options as JSON>`. */
const platform = await startControlPlane({ port: 0, log: () => {}, ...JSON.parse(process.argv[2] ?? '{}') })
process.stdout.write(`${JSON.stringify({ url: platform.url, token: platform.token })}\n`)
process.on('SIGTERM', () => void platform.close().then(() => process.exit(0)))
