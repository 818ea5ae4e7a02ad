import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { constants, setPriority } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TableVersion } from '@datamesh/core'
import { keysIn } from '../storage/index.ts'
import type { Engine } from './engine.ts'
import { allFiles, type Samples } from './key_range.ts'
import type { ReplicaJob } from './replica_build.ts'
import { placedIn } from './source.ts'

/** A replica that somebody reads: `relation` is valid until `release`. */
type Replica = { relation: string; samples: Samples | null; release(): void }

export type Replicas = AsyncDisposable & {
  /** The replica of a table of a snapshot if there is one; at once, no waiting for a build. */
  take(snapshotId: string, table: TableVersion): Promise<Replica | null>
  /** Builds it in a process of its own unless it is there; one build at a time. */
  build(snapshotId: string, table: TableVersion): Promise<void>
  /** Notes a read that had no replica. True when the table has become hot and a build is worth it. */
  missed(snapshotId: string, table: string): boolean
  /** Removes the replicas of these snapshots as soon as nobody reads them. */
  evict(snapshotIds: ReadonlySet<string>): Promise<void>
  readonly bytes: number
  readonly count: number
}

export type ReplicaOptions = {
  storageRoot: string
  replicaRoot: string
  engine: Engine
  maxBytes: number
  buildMemoryMb: number
  /** So many reads without a replica within `hotSeconds` make a table hot. */
  hotReads: number
  hotSeconds: number
  now: () => number
  log: (message: string, facts: Record<string, unknown>) => void
}

type Held = {
  name: string
  file: string
  snapshotId: string
  samples: Samples | null
  bytes: number
  lastUse: number
  readers: number
  dropped: boolean
}

const isEncrypted = (table: TableVersion): boolean => keysIn(table.files).length > 0

const nameOf = (snapshotId: string, table: string): string =>
  `r${createHash('sha256')
    .update(JSON.stringify([snapshotId, table]))
    .digest('hex')
    .slice(0, 24)}`

export const openReplicas = (options: ReplicaOptions): Replicas => {
  const { engine, replicaRoot, now } = options
  const held = new Map<string, Held>()
  const finding = new Map<string, Promise<Held | null>>()
  const building = new Map<string, Promise<void>>()
  const children = new Set<ChildProcess>()
  const misses = new Map<string, number[]>()
  let queue: Promise<void> = Promise.resolve()
  let closed = false

  const bytes = (): number => [...held.values()].reduce((sum, replica) => sum + replica.bytes, 0)

  const remove = async (replica: Held): Promise<void> => {
    await engine.detach(replica.name)
    await rm(`${replica.file}.json`, { force: true })
    await rm(`${replica.file}.duckdb`, { force: true })
  }

  const drop = async (replica: Held): Promise<void> => {
    held.delete(replica.name)
    replica.dropped = true
    if (replica.readers === 0) await remove(replica)
  }

  /** Adopts what an earlier process built: a snapshot never changes, so its replica stays right. */
  const find = async (snapshotId: string, table: string): Promise<Held | null> => {
    const name = nameOf(snapshotId, table)
    const file = join(replicaRoot, name)
    const described = await describedIn(file)
    if (described === null) return null
    const replica: Held = {
      name,
      file,
      snapshotId,
      bytes: described.bytes,
      lastUse: now(),
      readers: 0,
      dropped: false,
      samples: described.samples,
    }
    held.set(name, replica)
    await makeRoom(replica)
    return replica
  }

  const makeRoom = async (keep: Held): Promise<void> => {
    const oldest = [...held.values()].filter((replica) => replica !== keep).sort((a, b) => a.lastUse - b.lastUse)
    for (const replica of oldest) {
      if (bytes() <= options.maxBytes) return
      options.log('replica evicted', { snapshot: replica.snapshotId, bytes: replica.bytes })
      await drop(replica)
    }
  }

  const locate = async (snapshotId: string, table: string): Promise<Held | null> => {
    const name = nameOf(snapshotId, table)
    const known = held.get(name)
    if (known) return known
    let found = finding.get(name)
    if (!found) {
      found = find(snapshotId, table)
      finding.set(name, found)
      // "Not there" is believed for a second: a table without a replica is not looked for on disk with every page.
      setTimeout(() => finding.delete(name), 1000).unref()
    }
    return found.then((replica) => (replica?.dropped ? null : replica))
  }

  const run = (job: ReplicaJob): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = fileURLToPath(workerUrl)
      const child = spawn(process.execPath, [...sourceArgs(worker), worker], {
        // Nothing of the platform's environment: it needs none, and it may hold secrets.
        env: {},
        stdio: ['pipe', 'ignore', 'pipe'],
      })
      children.add(child)
      let said = ''
      child.stderr.on('data', (data: Buffer) => {
        said = (said + data.toString()).slice(-2000)
      })
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        children.delete(child)
        if (code === 0) resolve()
        else reject(new Error(`building the replica ended with ${signal ?? code}: ${said}`))
      })
      child.stdin.on('error', () => {})
      child.stdin.end(JSON.stringify(job))
      // Serving goes first: the builder takes what the machine has left.
      if (child.pid !== undefined) lowerPriority(child.pid)
    })

  const make = async (snapshotId: string, table: TableVersion): Promise<void> => {
    const name = nameOf(snapshotId, table.name)
    if (closed || (await locate(snapshotId, table.name))) return
    await mkdir(replicaRoot, { recursive: true })
    const files = placedIn(options.storageRoot, allFiles(table))
    const started = now()
    await run({ file: join(replicaRoot, name), table, files, memoryMb: options.buildMemoryMb })
    finding.delete(name)
    const replica = await find(snapshotId, table.name)
    options.log('replica built', {
      snapshot: snapshotId,
      table: table.name,
      bytes: replica?.bytes,
      ms: now() - started,
    })
  }

  return {
    async take(snapshotId, table) {
      if (isEncrypted(table)) return null
      const replica = held.get(nameOf(snapshotId, table.name)) ?? (await locate(snapshotId, table.name))
      if (replica === null || replica.dropped) return null
      replica.lastUse = now()
      replica.readers += 1
      try {
        await engine.attach(replica.name, `${replica.file}.duckdb`)
      } catch (error) {
        replica.readers -= 1
        options.log('replica does not open', { snapshot: snapshotId, table: table.name, why: String(error) })
        await drop(replica)
        return null
      }
      return {
        relation: `${replica.name}.rows`,
        samples: replica.samples,
        release() {
          replica.readers -= 1
          if (replica.dropped && replica.readers === 0) void remove(replica).catch(() => {})
        },
      }
    },
    build(snapshotId, table) {
      // it would lie there in clear
      if (isEncrypted(table)) return Promise.resolve()
      const name = nameOf(snapshotId, table.name)
      const running = building.get(name)
      if (running) return running
      const turn = queue.then(() => make(snapshotId, table))
      queue = turn.catch(() => {})
      building.set(name, turn)
      void turn.catch(() => {}).then(() => building.delete(name))
      return turn
    },
    missed(snapshotId, table) {
      const name = nameOf(snapshotId, table)
      const since = now() - options.hotSeconds * 1000
      const recent = [...(misses.get(name) ?? []).filter((at) => at > since), now()].slice(-options.hotReads)
      misses.set(name, recent)
      if (misses.size > 1000) misses.delete(misses.keys().next().value!)
      if (recent.length < options.hotReads || building.has(name)) return false
      misses.delete(name)
      return true
    },
    async evict(snapshotIds) {
      for (const replica of [...held.values()]) if (snapshotIds.has(replica.snapshotId)) await drop(replica)
    },
    get bytes() {
      return bytes()
    },
    get count() {
      return held.size
    },
    async [Symbol.asyncDispose]() {
      closed = true
      for (const child of children) child.kill('SIGKILL')
      await Promise.allSettled(building.values())
    },
  }
}

/** What is known about a replica on disk; null when there is none, or half of one. */
const describedIn = async (file: string): Promise<{ samples: Samples | null; bytes: number } | null> => {
  try {
    const samples = JSON.parse(await readFile(`${file}.json`, 'utf8')) as Samples | null
    return { samples, bytes: (await stat(`${file}.duckdb`)).size }
  } catch {
    return null
  }
}

const workerUrl = new URL('./replica_worker.ts', import.meta.url)

/** Started from source while developing, from the build otherwise. */
const sourceArgs = (worker: string): string[] =>
  worker.endsWith('.ts') ? ['--conditions=mesh-source', '--disable-warning=ExperimentalWarning'] : []

const lowerPriority = (pid: number): void => {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // It may have ended already.
  }
}

/** Removes what builds that died have left. */
export const sweepReplicas = async (replicaRoot: string, olderThan: number): Promise<void> => {
  for (const name of await readdir(replicaRoot).catch(() => [])) {
    if (!name.includes('.draft')) continue
    const file = join(replicaRoot, name)
    const found = await stat(file).catch(() => null)
    if (found && found.mtimeMs < olderThan) await rm(file, { recursive: true, force: true })
  }
}
