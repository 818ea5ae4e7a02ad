// The one door behind every npm script. Plain JavaScript for any Node >= 20: it installs what is missing,
// then hands over to the Node 24 that comes with the repository.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPortal, isBuilt } from './portal.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const at = (...parts) => join(root, ...parts)
const node = at('node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const stamp = at('node_modules', '.datamesh-lock')

// Ctrl-C is for the program that was started; this one stays until that has said goodbye
process.on('SIGINT', () => {})

const run = (command, args, options = {}) => {
  // serving and builds in one process each hold threads of this pool; four would block each other
  const env = { UV_THREADPOOL_SIZE: '8', ...process.env }
  const { status, error, signal } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env, ...options })
  if (error) throw error
  return signal ? 1 : (status ?? 1)
}
/** For what runs until it is told to stop. A terminal sends Ctrl-C to both; SIGTERM comes to this process alone and goes on from here. */
const stay = (command, args) => {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', env: { UV_THREADPOOL_SIZE: '8', ...process.env } })
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  process.on('SIGHUP', () => {})
  child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}
const must = (command, args, options) => {
  const status = run(command, args, options)
  if (status !== 0) process.exit(status)
}

/** Installs when the lock file is not the one that was installed last, and mends a missing Node 24 (npm run with ignore-scripts). */
function install() {
  const want = createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex')
  const have = existsSync(stamp) ? readFileSync(stamp, 'utf8') : ''
  if (want !== have || !existsSync(node)) {
    console.error('datamesh: installing packages (only when they changed) …')
    const npm = process.env.npm_execpath
    const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
    if (npm?.endsWith('.js')) must(process.execPath, [npm, ...args])
    else must(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { shell: process.platform === 'win32' })
    if (!existsSync(node))
      must(process.execPath, [at('node_modules', 'node', 'installArchSpecificPackage.js')], {
        cwd: at('node_modules', 'node'),
      })
    writeFileSync(stamp, want)
  }
}

// what the CLI's own door does as well: sources are compiled once, so that a second start is quick
process.env.NODE_COMPILE_CACHE ??= at('node_modules', '.cache', 'datamesh-compiled')
const source = (file, args) => [node, ['--conditions=mesh-source', at(file), ...args]]
const tsc = (...args) => [node, [at('node_modules', 'typescript', 'bin', 'tsc'), ...args]]
const biome = (...args) => [node, [at('node_modules', '@biomejs', 'biome', 'bin', 'biome'), ...args]]

/** Runs vitest and prints its count as one plain line, so that any script can read the outcome. */
function vitest(label, args) {
  const cache = at('node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  const report = join(cache, `vitest-${label}.json`)
  rmSync(report, { force: true })
  const status = run(node, [
    '--conditions=mesh-source',
    at('node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ])
  if (!existsSync(report)) return status || 1
  const seen = JSON.parse(readFileSync(report, 'utf8'))
  const skipped = seen.numPendingTests + seen.numTodoTests
  // a file that does not load counts no test; without this it would look green
  const broken = seen.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  console.log(`${seen.numPassedTests} passed, ${seen.numFailedTests + broken} failed, ${skipped} skipped`)
  return status
}

const viteBuild = (...args) => [
  node,
  [at('node_modules', 'vite', 'bin', 'vite.js'), 'build', at('packages', 'portal'), '--emptyOutDir', ...args],
]

/** Vite has much to say about directives of libraries; its lines are shown when it fails. */
function vite(outDir) {
  const [command, args] = viteBuild('--outDir', outDir)
  const env = { ...process.env, NODE_ENV: 'production' }
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, env, encoding: 'utf8' })
  if (error) throw error
  if (status !== 0) console.error(`${stdout}${stderr}`)
  return status === 0
}

/** Before a start: only when sources have changed. A portal that does not build keeps no mesh from running. */
async function portalForStart() {
  if (!existsSync(at('packages', 'portal', 'index.html')) || isBuilt(root)) return
  console.error('datamesh: building the portal (only when it changed) …')
  if (!(await buildPortal(root, vite)))
    console.error('datamesh: the portal was not built; the mesh starts without the newest one')
}

const commands = {
  async start(args) {
    await portalForStart()
    return stay(...source('packages/cli/src/main.ts', ['up', '--mesh', at('examples', 'aviation'), ...args]))
  },
  /** `--watch` builds again at every change, straight into place and without compressing. */
  async portal(args) {
    if (args.includes('--watch')) return stay(...viteBuild(...args))
    return (await buildPortal(root, vite)) ? 0 : 1
  },
  check() {
    must(...tsc())
    must(...tsc('-p', at('packages', 'portal')))
    must(...tsc('-p', at('e2e', 'portal')))
    must(...biome('check', '--error-on-warnings', '.'))
    must(node, [at('node_modules', 'knip', 'bin', 'knip.js')])
    return 0
  },
  test(args) {
    if (args.length === 0) commands.check()
    return vitest('unit', args)
  },
  integration: (args) => vitest('integration', ['--config', 'vitest.integration.config.ts', ...args]),
  /** In a real browser; over the portal as its sources are now. */
  async e2e(args) {
    if (!isBuilt(root) && !(await buildPortal(root, vite))) return 1
    return vitest('e2e', ['--config', 'vitest.e2e.config.ts', ...args])
  },
  async pictures(args) {
    if (!isBuilt(root) && !(await buildPortal(root, vite))) return 1
    return run(...source('e2e/portal/pictures.ts', args))
  },
  bench: (args) => run(...source('bench/main.ts', args)),
  fix: () => run(...biome('check', '--write', '.')),
  'kill-test': (args) => run(...source('tools/kill-publish.ts', args)),
  'bad-day': (args) => run(...source('examples/aviation/bad-day.ts', args)),
  docs: (args) => run(...source('tools/docs.ts', args)),
}

const [name, ...args] = process.argv.slice(2)
if (!Object.hasOwn(commands, name)) {
  console.error(`datamesh: there is no command ${name}; there are ${Object.keys(commands).join(', ')}`)
  process.exit(2)
}
install()
const status = await commands[name](args)
if (status !== undefined) process.exit(status)
