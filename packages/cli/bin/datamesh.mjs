#!/usr/bin/env node
// Runs on any Node >= 20 and hands over to the Node 24 that comes with the packages; the sources need it.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = join(dirname(dirname(fileURLToPath(import.meta.url))), 'src', 'main.ts')
const installed = () => {
  try {
    return dirname(createRequire(import.meta.url).resolve('node/package.json'))
  } catch {
    return null
  }
}
const folder = installed()
const bundled = () => {
  if (folder) {
    const path = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    if (existsSync(path)) return path
  }
  return null
}
// sources whose types were taken off once are not read again: half the time of a short command
const cache = folder ? { NODE_COMPILE_CACHE: join(dirname(folder), '.cache', 'datamesh-compiled') } : {}
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const node = bundled() ?? (major > 22 || (major === 22 && minor >= 18) ? process.execPath : null)
if (!node) {
  console.error(
    `datamesh needs Node 22.18 or newer, this is ${process.version}; run npm install in the repository, it brings its own`,
  )
  process.exit(3)
}
const child = spawn(
  node,
  ['--conditions=mesh-source', '--disable-warning=ExperimentalWarning', main, ...process.argv.slice(2)],
  { stdio: 'inherit', env: { ...cache, UV_THREADPOOL_SIZE: '8', ...process.env } },
)
// a terminal sends these two to both processes; a second one would mean: stop at once
process.on('SIGINT', () => {})
process.on('SIGHUP', () => {})
process.on('SIGTERM', () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => process.exit(signal ? 128 : (code ?? 3)))
