import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** The command line as people run it: a process of its own, its streams and its exit code. */

const main = join(import.meta.dirname, '..', 'src', 'main.ts')
const flags = ['--conditions=mesh-source', '--disable-warning=ExperimentalWarning', main]

export type Ran = { code: number | null; out: string; err: string }
export type Place = { cwd: string; env?: Record<string, string> }

/** Nothing of who runs the tests gets in: no login, no variables, no colour. */
const environment = ({ cwd, env }: Place): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  HOME: cwd,
  XDG_CONFIG_HOME: join(cwd, '.config'),
  TZ: 'UTC',
  NODE_COMPILE_CACHE: join(import.meta.dirname, '..', '..', '..', 'node_modules', '.cache', 'datamesh-compiled'),
  ...env,
})

export const datamesh = (place: Place, ...args: string[]): Promise<Ran> =>
  new Promise((done) => {
    const child = spawn(process.execPath, [...flags, ...args], { cwd: place.cwd, env: environment(place) })
    const ran: Ran = { code: null, out: '', err: '' }
    child.stdout.on('data', (text) => {
      ran.out += text
    })
    child.stderr.on('data', (text) => {
      ran.err += text
    })
    child.stdin.end()
    child.once('close', (code) => done({ ...ran, code }))
  })

export type Ready = {
  url: string
  token: string
  sign_in_code: string
  ready_ms: number
  products: string[]
  failed: string[]
}
export type Up = { ready: Ready; lines: string[]; stop(): Promise<number | null> }

/** `datamesh up --json`, until it is ready. */
export async function up(place: Place, ...args: string[]): Promise<Up> {
  const child = spawn(process.execPath, [...flags, 'up', '--json', '--port', '0', ...args], {
    cwd: place.cwd,
    env: environment(place),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let noise = ''
  child.stderr.on('data', (text) => {
    noise += text
  })
  const ended = new Promise<number | null>((done) => child.once('exit', done))
  const lines: string[] = []
  const first = await new Promise<string>((tell, fail) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line)
      tell(line)
    })
    void ended.then((code) => fail(new Error(`up ended with ${code}\n${noise}`)))
  })
  return {
    ready: JSON.parse(first) as Ready,
    lines,
    stop: () => {
      // twice, as a Ctrl-C arrives from the terminal and from the npm in between: still one wish, and a clean end
      child.kill('SIGINT')
      child.kill('SIGINT')
      return ended
    },
  }
}

export type Folder = { path: string } & Disposable

export function folder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'datamesh-cli-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
