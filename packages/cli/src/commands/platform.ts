import { accessSync, constants, existsSync, mkdirSync, statfsSync } from 'node:fs'
import { freemem } from 'node:os'
import { dirname, join } from 'node:path'
import { MeshError } from '@datamesh/core'
import type { Command } from 'commander'
import { openContext } from '../context.ts'
import { bad, bold, dim, good, show, warn } from '../output.ts'
import { whyNotListen } from '../port.ts'
import { AnsweredNo } from '../problems.ts'
import { bytes, table } from '../text.ts'
import { examples } from '../usage.ts'

export const configCommand = (program: Command): void => {
  const config = program
    .command('config')
    .summary('effective settings and where each comes from; secrets hidden')
    .description(
      'Flags come before DATAMESH_… variables, then config.yaml of the state folder, then defaults.\nA setting that is there but wrong is an error, never a silent default.',
    )
    .action(async (_options: unknown, command: Command) => {
      const { output, home, server } = openContext(command)
      const { effectiveConfig } = await import('@datamesh/control-plane')
      const { url, from, token } = server()
      const client = [
        { key: 'client.url', value: url, source: from },
        { key: 'client.token', value: token ? '•••' : null, source: token ? 'found' : 'none' },
      ]
      show(output, [...client, ...effectiveConfig({ home })], (rows) =>
        table(rows, { columns: ['key', 'value', 'source'], widest: 70 }),
      )
    })
  examples(
    config,
    ['datamesh config', 'every setting and where it comes from'],
    ['DATAMESH_PORT=4200 datamesh config', 'what a variable would change'],
  )
}

type Finding = { what: string; state: 'ok' | 'warn' | 'bad'; found: string; fix?: string }

export const doctorCommand = (program: Command): void => {
  const doctor = program
    .command('doctor')
    .summary('is this machine fit, and is the platform well?')
    .description(
      'Looks at Node, the engine, disk, memory, the port, the state folder and the running platform.\nExit code 1 when something stops Datamesh from working.',
    )
    .action(async (_options: unknown, command: Command) => {
      const { output, home, server } = openContext(command)
      const findings = [nodeVersion(), await engine(), disk(home), memory(), await port(home), await running(server())]
      const sign = { ok: good('✓'), warn: warn('!'), bad: bad('✗') }
      show(output, findings, (all) =>
        all
          .map((it) => `${sign[it.state]} ${bold(it.what)}  ${it.found}${it.fix ? `\n    ${dim(it.fix)}` : ''}`)
          .join('\n'),
      )
      if (findings.some((it) => it.state === 'bad')) throw new AnsweredNo()
    })
  examples(doctor, ['datamesh doctor', 'before asking for help'], ['datamesh doctor --json', 'to attach to a report'])
}

const nodeVersion = (): Finding => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const fit = major > 22 || (major === 22 && minor >= 18)
  return {
    what: 'Node',
    state: fit ? 'ok' : 'bad',
    found: process.version,
    ...(fit ? {} : { fix: 'run npm install in the repository: it brings Node 24' }),
  }
}

async function engine(): Promise<Finding> {
  try {
    const { engineVersion } = await import('@datamesh/data-plane')
    return { what: 'engine', state: 'ok', found: await engineVersion() }
  } catch (error) {
    return {
      what: 'engine',
      state: 'bad',
      found: error instanceof Error ? error.message : String(error),
      fix: `DuckDB has no binding for ${process.platform}-${process.arch}, or it was not installed: npm install`,
    }
  }
}

function disk(home: string): Finding {
  let at = home
  while (!existsSync(at)) at = dirname(at)
  try {
    accessSync(at, constants.W_OK)
  } catch {
    return { what: 'state folder', state: 'bad', found: `${at} cannot be written`, fix: 'choose another with --home' }
  }
  const { bavail, bsize } = statfsSync(at)
  const free = bavail * bsize
  return {
    what: 'state folder',
    state: free < 1e9 ? 'warn' : 'ok',
    found: `${home}, ${bytes(free)} free`,
    ...(free < 1e9 ? { fix: 'builds need room for a second copy of what they publish' } : {}),
  }
}

const memory = (): Finding => ({
  what: 'memory',
  state: freemem() < 1e9 ? 'warn' : 'ok',
  found: `${bytes(freemem())} free`,
})

async function port(home: string): Promise<Finding> {
  const { effectiveConfig } = await import('@datamesh/control-plane')
  const number = Number(effectiveConfig({ home }).find((setting) => setting.key === 'port')?.value)
  const free = (await whyNotListen('127.0.0.1', number)) === null
  if (free) return { what: 'port', state: 'ok', found: `${number} is free` }
  const ours = existsSync(join(home, 'endpoint.json'))
  return {
    what: 'port',
    state: ours ? 'ok' : 'warn',
    found: `${number} is taken${ours ? ' by this platform' : ''}`,
    ...(ours ? {} : { fix: 'start with --port 0, or another number' }),
  }
}

async function running(server: { url: string }): Promise<Finding> {
  try {
    const reply = await fetch(new URL('/readyz', server.url), { signal: AbortSignal.timeout(3000) })
    const body = (await reply.json()) as { checks?: Record<string, string> }
    const parts = Object.entries(body.checks ?? {}).map(([part, state]) => `${part} ${state}`)
    return { what: 'platform', state: reply.ok ? 'ok' : 'bad', found: `${server.url}: ${parts.join(', ')}` }
  } catch {
    return { what: 'platform', state: 'warn', found: `nothing answers at ${server.url}`, fix: 'start it: datamesh up' }
  }
}

export const backupCommands = (program: Command): void => {
  const backup = program
    .command('backup')
    .argument('<file>', 'where to write')
    .option('--db <url>', 'postgres://…; the embedded database of --home when left out')
    .summary('write the whole state into one file')
    .description(
      'A logical backup that restores into the embedded database or into Postgres. Stop an embedded platform first; Postgres may run on.\nPublished Parquet files lie under <home>/data: copy that folder beside it.',
    )
    .action(async (file: string, options: { db?: string }, command: Command) => {
      const { output, home } = openContext(command)
      const { backupState } = await import('@datamesh/control-plane')
      const done = await backupState({ url: options.db ?? embedded(home), file })
      show(output, done, () => `${good('✓')} ${file}`)
    })
  const restore = program
    .command('restore')
    .argument('<file>', 'a backup')
    .option('--db <url>', 'postgres://…; the embedded database of --home when left out')
    .summary('restore a backup into an empty database: also the way from embedded to Postgres')
    .description(
      'Reads a backup into a new --home or an empty Postgres database; nothing that is there is overwritten.\nCopy <home>/data of the old place beside it, then start: datamesh up.',
    )
    .action(async (file: string, options: { db?: string }, command: Command) => {
      const { output, home } = openContext(command)
      if (!existsSync(file)) throw new MeshError('file-not-found', { file })
      if (!options.db) mkdirSync(home, { recursive: true })
      const { restoreState } = await import('@datamesh/control-plane')
      const done = await restoreState({ url: options.db ?? embedded(home), file })
      show(
        output,
        done,
        () => `${good('✓')} restored\nnext: copy the data folder of the old home beside it, then datamesh up`,
      )
    })
  examples(backup, ['datamesh backup mesh.backup', 'the embedded state of this folder'])
  examples(
    restore,
    ['datamesh restore mesh.backup --home /srv/mesh/.datamesh', 'into a new folder'],
    ['datamesh restore mesh.backup --db postgres://datamesh@db/datamesh', 'from embedded to Postgres'],
  )
}

const embedded = (home: string): string => `pglite:${join(home, 'state')}`
