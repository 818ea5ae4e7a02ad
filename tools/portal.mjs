// Builds packages/portal. Plain JavaScript: run.mjs asks it at every start, in its own process, whether there is anything to build.
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

/** Everything that a built portal is made of. */
const sources = [
  'packages/portal/src',
  'packages/portal/public',
  'packages/portal/index.html',
  'packages/portal/vite.config.ts',
  'packages/portal/package.json',
  'packages/core/src',
  'packages/sdk/src',
  'package-lock.json',
  'tools/portal.mjs',
]

function* filesBelow(path) {
  if (!existsSync(path)) return
  if (!statSync(path).isDirectory()) return yield path
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const full = join(path, entry.name)
    if (entry.isDirectory()) yield* filesBelow(full)
    else if (!entry.name.includes('.test.')) yield full
  }
}

/** sha256 over names and contents of the sources. By contents: a checkout or a restore moves times and changes nothing. */
export const stampOf = (root) => {
  const hash = createHash('sha256')
  for (const source of sources) {
    for (const file of filesBelow(join(root, source))) {
      const bytes = readFileSync(file)
      hash.update(`${file.slice(root.length)}\0${bytes.length}\0`).update(bytes)
    }
  }
  return hash.digest('hex')
}

const built = (root) => join(root, 'packages', 'portal', 'dist')

/** Is what is built made of these sources? */
export const isBuilt = (root, stamp = stampOf(root)) => {
  const file = join(built(root), '.stamp')
  return existsSync(file) && readFileSync(file, 'utf8') === stamp
}

/**
 * Builds aside and puts the result in place when it is whole: a running platform serves the old portal until then, and a build that fails
 * leaves it alone. `vite(outDir)` runs the build. @returns whether it was built
 */
export async function buildPortal(root, vite) {
  // before the build: what is edited meanwhile is built the next time
  const stamp = stampOf(root)
  const draft = join(root, 'node_modules', '.cache', `datamesh-portal-${process.pid}`)
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(dirname(draft), { recursive: true })
  try {
    if (!vite(draft)) return false
    await compressBelow(draft)
    writeFileSync(join(draft, '.stamp'), stamp)
    putInPlace(draft, built(root))
    return true
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

const putInPlace = (draft, place) => {
  const old = `${draft}-old`
  if (existsSync(place)) renameSync(place, old)
  try {
    renameSync(draft, place)
  } catch (error) {
    // node_modules may be mounted from another disk
    if (error.code !== 'EXDEV') throw error
    cpSync(draft, place, { recursive: true })
  }
  rmSync(old, { recursive: true, force: true })
}

const texts = new Set(['.js', '.css', '.html', '.svg', '.json', '.map', '.txt', '.webmanifest'])
/** Fewer bytes fit into one packet anyway. */
const leastBytes = 1024

/** Writes .br and .gz beside every text: compressed once here, at the highest level, instead of for each reader. */
export async function compressBelow(folder) {
  const brotli = promisify(brotliCompress)
  const zip = promisify(gzip)
  await Promise.all(
    [...filesBelow(folder)].map(async (file) => {
      if (!texts.has(extname(file)) || file.includes('.vite')) return
      const bytes = readFileSync(file)
      if (bytes.length < leastBytes) return
      const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
      writeFileSync(`${file}.br`, await brotli(bytes, { params }))
      writeFileSync(`${file}.gz`, await zip(bytes, { level: 9 }))
    }),
  )
}
