import { spawn, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import pg, { type Client } from 'pg'

export type TestPostgres = {
  /** A new, empty database on the server. */
  newDatabase(): Promise<string>
  /** The version as the server says it. */
  version: string
  [Symbol.asyncDispose](): Promise<void>
}

/** Where Debian's package puts PostgreSQL ≥ 15; null where there is none. `DATAMESH_TEST_POSTGRES_BIN` names another folder. */
const postgresBin = (): string | null => {
  const named = process.env.DATAMESH_TEST_POSTGRES_BIN
  const root = '/usr/lib/postgresql'
  const found = fs.existsSync(root)
    ? fs
        .readdirSync(root)
        .filter((version) => Number(version) >= 15)
        .sort()
        .map((version) => path.join(root, version, 'bin'))
    : []
  return [...(named ? [named] : []), ...found].find((bin) => fs.existsSync(path.join(bin, 'initdb'))) ?? null
}

/** PostgreSQL refuses root: the account it runs under then. Null: as we are. */
const account = (): { uid: number; gid: number } | null => {
  if (process.getuid?.() !== 0) return null
  const entry = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'postgres' || name === 'nobody')
  return entry ? { uid: Number(entry[2]), gid: Number(entry[3]) } : null
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = net.createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo
      server.close(() => resolve(port))
    })
  })

/** Why integration tests with PostgreSQL cannot run here; null when they can. Put it into the test's name, so that skipping is seen. */
export const whyNoPostgres = (): string | null => (postgresBin() ? null : 'no PostgreSQL 15 or newer is installed')

/** Starts a real PostgreSQL on a free port of 127.0.0.1 in a folder of its own, with a password; dispose ends it and removes the folder. */
export const startPostgres = async (): Promise<TestPostgres> => {
  const bin = postgresBin()
  if (!bin) throw new Error(whyNoPostgres() ?? '')
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datamesh-postgres-'))
  const as = account()
  const data = path.join(dir, 'data')
  const passwordFile = path.join(dir, 'password')
  const password = 'p@ss/word with %'
  fs.writeFileSync(passwordFile, password)
  if (as) for (const file of [dir, passwordFile]) fs.chownSync(file, as.uid, as.gid)
  const made = spawnSync(
    path.join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'mesh',
      '-A',
      'scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
      '--no-sync',
    ],
    { cwd: dir, encoding: 'utf8', ...(as ?? {}) },
  )
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  const port = await freePort()
  const server = spawn(
    path.join(bin, 'postgres'),
    [
      '-D',
      data,
      '-p',
      String(port),
      '-k',
      dir,
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'fsync=off',
      '-c',
      'log_min_messages=fatal',
    ],
    { cwd: dir, stdio: 'ignore', ...(as ?? {}) },
  )
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const urlOf = (database: string) => `postgres://mesh:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`
  const admin = await connect(urlOf('postgres'), server)
  const { rows } = await admin.query('show server_version')
  let databases = 0
  return {
    version: String(rows[0]?.server_version),
    async newDatabase() {
      const name = `mesh_${++databases}`
      await admin.query(`create database ${name}`)
      return urlOf(name)
    },
    async [Symbol.asyncDispose]() {
      await admin.end().catch(() => {})
      server.kill('SIGINT')
      await ended
      fs.rmSync(dir, { recursive: true, force: true })
    },
  }
}

const connect = async (url: string, server: { exitCode: number | null }): Promise<Client> => {
  for (const until = Date.now() + 15_000; ; ) {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => {})
    try {
      await client.connect()
      return client
    } catch (error) {
      if (server.exitCode !== null || Date.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
