import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { QueryLimits } from './model.ts'

/** What keeps a query's process in, beside the engine's own settings. What a system does not offer is said, not pretended. */
export type Fences = {
  /** It runs as nobody, who can write to nothing of ours; else as the platform's own user, whose published files are read-only. */
  user: 'nobody' | 'own'
  /** It has no network at all. */
  network: boolean
  /** The system lets it write no file (size 0) and no core, and ends it when its CPU time is used up. */
  limits: boolean
  /** The system gives it no more address space than it has when it is ready, and its memory. */
  memory: boolean
}

const shell = '/bin/sh'
const tool = (name: string) => [`/usr/bin/${name}`, `/bin/${name}`].find((path) => existsSync(path))
const unshare = tool('unshare')
const prlimit = tool('prlimit')
const onLinux = process.platform === 'linux'
const isRoot = process.getuid?.() === 0

/** Without root, a network of its own needs a user namespace; nobody is mapped into it, so it gives no rights. */
const unshareArgs = isRoot ? ['--net'] : ['--user', '--net']

/** Looks once what this system offers. */
export const fencesHere = async (): Promise<Fences> => {
  const network =
    unshare !== undefined &&
    (await promisify(execFile)(unshare, [...unshareArgs, '--', shell, '-c', ':'], { env: {} }).then(
      () => true,
      () => false,
    ))
  return {
    user: isRoot ? 'nobody' : 'own',
    network,
    limits: onLinux && existsSync(shell),
    memory: onLinux && prlimit !== undefined,
  }
}

/** Resident memory that they take before any data (measured: 115 MB). */
export const baseResidentMb = 192

const ownEntry = new URL(import.meta.url.endsWith('.ts') ? './child.ts' : './child.js', import.meta.url)

/** The command of a query's process: limits first, then the namespace, then Node. Nothing of it forks: its id is that of the query. */
export const commandOf = (fences: Fences, limits: QueryLimits, module: URL = ownEntry): [string, ...string[]] => {
  const entry = fileURLToPath(module)
  const node = [
    process.execPath,
    '--max-old-space-size=256',
    '--disallow-code-generation-from-strings',
    ...(entry.endsWith('.ts') ? ['--conditions=mesh-source', '--disable-warning=ExperimentalWarning'] : []),
    entry,
    String(limits.memoryMb),
  ]
  const inNamespace = fences.network && unshare !== undefined ? [unshare, ...unshareArgs, '--', ...node] : node
  if (!fences.limits) return inNamespace as [string, ...string[]]
  const cpuSeconds = Math.ceil(limits.seconds * limits.threads) + 5
  const script = `ulimit -c 0 && ulimit -f 0 && ulimit -t ${cpuSeconds} && exec "$@"`
  return [shell, '-c', script, 'query', ...inNamespace]
}

/** Beside the engine's limit: what Node needs to make texts of rows. */
const nodeMb = 256

/**
 * From now on the process gets this much more memory and no more. Measured and not fixed: Node reserves gigabytes of addresses that are no
 * memory, how many depends on how it runs.
 */
export const limitMemory = async (pid: number, fences: Fences, { memoryMb }: QueryLimits): Promise<void> => {
  if (!fences.memory || prlimit === undefined) return
  const [, haveKb] = /^VmSize:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  const bytes = (Number(haveKb) + (memoryMb + nodeMb) * 1024) * 1024
  await promisify(execFile)(prlimit, [`--pid=${pid}`, `--as=${bytes}:${bytes}`], { env: {} })
}
