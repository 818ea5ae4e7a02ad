import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { createInterface } from 'node:readline'

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? (sorted[half] ?? Number.NaN) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2
}

/** What the figures were measured on. */
export const machine = (): string => {
  const versions = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'))
    .packages as Record<string, { version?: string }>
  const of = (name: string) => `${name} ${versions[`node_modules/${name}`]?.version}`
  return `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.version}; ${[of('@duckdb/node-api'), of('@electric-sql/pglite'), of('fastify')].join(', ')}`
}

/** Prints rows as a Markdown table, so that a run can be pasted into bench/README.md as it is. */
export function printTable(title: string, rows: readonly Record<string, string | number>[]): void {
  const names = Object.keys(rows[0] ?? {})
  const cells = rows.map((row) =>
    names.map((name) =>
      typeof row[name] === 'number'
        ? (row[name] as number).toLocaleString('en-US', { maximumFractionDigits: 2 })
        : String(row[name]),
    ),
  )
  const widths = names.map((name, i) => Math.max(name.length, ...cells.map((line) => line[i]?.length ?? 0)))
  const line = (values: readonly string[]) =>
    `| ${values.map((value, i) => value.padEnd(widths[i] ?? 0)).join(' | ')} |`
  console.log(
    `\n### ${title}\n\n${[line(names), line(widths.map((width) => '-'.repeat(width))), ...cells.map(line)].join('\n')}`,
  )
}

/** Resident memory of a process and all its children, in MB. Linux only; null elsewhere. */
export function residentMb(pid: number): number | null {
  try {
    const parents = new Map<number, number>()
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name)) continue
      try {
        parents.set(Number(name), Number(readFileSync(`/proc/${name}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]))
      } catch {
        // the process ended meanwhile
      }
    }
    const family = [pid]
    for (const one of family)
      family.push(...[...parents].filter(([, parent]) => parent === one).map(([child]) => child))
    const rss = (one: number) => {
      try {
        return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${one}/status`, 'utf8'))?.[1] ?? 0) / 1024
      } catch {
        return 0
      }
    }
    return Math.round(family.reduce((sum, one) => sum + rss(one), 0))
  } catch {
    return null
  }
}

export type Platform = { url: string; token: string; readyMs: number; pid: number; stop(): Promise<void> }

/** Starts `datamesh up --json` as people do, in a process of its own, and waits for its line. */
export async function startPlatform(args: readonly string[], options: { cwd: string }): Promise<Platform> {
  const main = new URL('../packages/cli/src/main.ts', import.meta.url).pathname
  const child = spawn(
    process.execPath,
    ['--conditions=mesh-source', '--disable-warning=ExperimentalWarning', main, '--json', 'up', '--port', '0', ...args],
    { cwd: options.cwd, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const ended = new Promise<never>((_, fail) =>
    child.once('exit', (code) => fail(new Error(`datamesh up ended with ${code}`))),
  )
  ended.catch(() => undefined)
  const line = await Promise.race([
    new Promise<string>((tell) => createInterface({ input: child.stdout }).once('line', tell)),
    ended,
  ])
  const ready = JSON.parse(line) as { url: string; token: string; ready_ms: number; pid: number; error?: unknown }
  if (ready.error) throw new Error(line)
  return {
    url: ready.url,
    token: ready.token,
    readyMs: ready.ready_ms,
    pid: child.pid ?? 0,
    stop: () =>
      new Promise((done) => {
        child.once('exit', () => done())
        child.kill('SIGTERM')
      }),
  }
}
