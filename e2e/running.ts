import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Client, connect } from '@datamesh/sdk'

export const root = join(import.meta.dirname, '..')
export const bin = join(root, 'packages', 'cli', 'bin', 'datamesh.mjs')

export type Running = {
  client: Client
  url: string
  token: string
  ready: { url: string; token: string; sign_in_code: string; ready_ms: number; products: string[]; failed: string[] }
  stop(): Promise<number | null>
}

/** `datamesh up --json` in a process of its own, as scripts use it. */
export async function up(args: readonly string[]): Promise<Running> {
  const child = spawn(process.execPath, [bin, '--json', 'up', '--port', '0', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let noise = ''
  child.stderr.on('data', (text) => {
    noise = (noise + text).slice(-4000)
  })
  const line = await new Promise<string>((tell, fail) => {
    createInterface({ input: child.stdout }).once('line', tell)
    child.once('exit', (code) => fail(new Error(`datamesh up ended with ${code}\n${noise}`)))
  })
  const ready = JSON.parse(line) as Running['ready']
  return {
    client: connect({ url: ready.url, token: ready.token }),
    url: ready.url,
    token: ready.token,
    ready,
    stop: () => ended(child),
  }
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((done) => {
    if (child.exitCode !== null) return done(child.exitCode)
    child.once('exit', (code) => done(code))
    child.kill('SIGTERM')
  })

export type Ran = { code: number | null; out: string; err: string }

/** One command line in a shell, from the repository's root. */
export const shell = (line: string, env: Record<string, string>): Promise<Ran> =>
  new Promise((done) => {
    const child = spawn('sh', ['-c', line], {
      cwd: root,
      env: { ...process.env, ...env, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (text) => {
      out += text
    })
    child.stderr.on('data', (text) => {
      err += text
    })
    child.once('close', (code) => done({ code, out, err }))
  })
