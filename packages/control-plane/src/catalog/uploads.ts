import { hash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, extname, join, resolve, sep } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Actor, MeshError } from '@datamesh/core'
import { sql } from 'kysely'
import type { CatalogDeps } from './deps.ts'

/**
 * Sample files that people bring: `<uploads>/<principal>/<id>/<name>`. A product that is made of one has the folder as its root; what no
 * product uses goes after a day. Nobody reads the samples of somebody else: a root is given as `upload:<id>`, looked up among one's own.
 */

export const mostUploadBytes = 64 * 1024 * 1024
/** Of one principal, within the day that an unused upload is kept. */
const mostWaitingBytes = 1024 * 1024 * 1024
const unusedMs = 24 * 3_600_000
const endings = ['.csv', '.tsv', '.json', '.ndjson', '.jsonl', '.parquet']

export type Upload = { id: string; name: string; folder: string; path: string; bytes: number }
type UploadDeps = CatalogDeps & { maxBytes?: number }

const rootOf = ({ uploads }: CatalogDeps): string => {
  if (uploads === undefined) throw new MeshError('not-found', { what: 'place for uploads on this server' })
  return resolve(uploads)
}

/** A name that is one folder whatever the id of the principal holds. */
const folderOf = (actor: Pick<Actor, 'id'>, deps: CatalogDeps): string =>
  join(rootOf(deps), /^[A-Za-z0-9_-]{1,64}$/.test(actor.id) ? actor.id : `~${hash('sha256', actor.id).slice(0, 32)}`)

/** The name as it is kept: no folder, no sign that a pattern or a shell reads. @throws sample-unreadable for a kind that is none of a sample */
const safeName = (given: string): string => {
  const base = given.split(/[\\/]/).at(-1) ?? ''
  const ending = extname(base).toLowerCase()
  if (!endings.includes(ending))
    throw new MeshError('sample-unreadable', { file: base || given, why: `a sample is one of ${endings.join(', ')}` })
  const stem = base
    .slice(0, -ending.length)
    .normalize('NFKD')
    .replaceAll(/\p{Mark}+/gu, '')
    .replaceAll(/[^\w-]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 80)
  return `${stem || 'sample'}${ending}`
}

/**
 * Keeps the bytes; whole, or nothing of them. @param declared length that the sender names, if any
 * @throws sample-unreadable, request-too-large, rate-limited
 */
export const saveUpload = async (
  given: { name: string; bytes: NodeJS.ReadableStream; declared: number | null },
  actor: Pick<Actor, 'id'>,
  deps: UploadDeps,
): Promise<Upload> => {
  const limitBytes = deps.maxBytes ?? mostUploadBytes
  const name = safeName(given.name)
  if ((given.declared ?? 0) > limitBytes) throw new MeshError('request-too-large', { limitBytes })
  const mine = folderOf(actor, deps)
  const waiting = (await uploadsIn(mine)).filter((each) => deps.now().getTime() - each.at.getTime() < unusedMs)
  if (waiting.reduce((sum, each) => sum + each.bytes, given.declared ?? 0) > mostWaitingBytes)
    throw new MeshError('rate-limited', { port: 'uploads', retryAfterSeconds: unusedMs / 1000 })
  const id = deps.newId('upload')
  const arriving = join(mine, `${id}.part`)
  let bytes = 0
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > limitBytes) done(new MeshError('request-too-large', { limitBytes }))
      else done(null, chunk)
    },
  })
  await mkdir(arriving, { recursive: true, mode: 0o700 })
  try {
    await pipeline(given.bytes, counting, createWriteStream(join(arriving, name), { mode: 0o600, flush: true }))
    if (bytes === 0) throw new MeshError('sample-unreadable', { file: name, why: 'it is empty' })
    // the folder has its name only when the file in it is whole
    await rename(arriving, join(mine, id))
  } catch (error) {
    await rm(arriving, { recursive: true, force: true })
    throw error
  }
  const folder = join(mine, id)
  return { id, name, folder, path: join(folder, name), bytes }
}

/** An upload of this actor. @throws not-found, for those of others too */
export const findUpload = async (id: string, actor: Pick<Actor, 'id'>, deps: CatalogDeps): Promise<Upload> => {
  const found = /^upload_[a-z0-9]+$/.test(id) ? join(folderOf(actor, deps), id) : null
  const [name] = found === null ? [] : await readdir(found).catch(() => [])
  if (found === null || name === undefined) throw new MeshError('not-found', { what: `upload ${id}` })
  const path = join(found, name)
  return { id, name, folder: found, path, bytes: (await stat(path)).size }
}

/** The folder that a bundle means by its root. @throws not-found, denied for a folder of uploads that is not the actor's to give */
export const bundleRoot = async (
  root: string | undefined,
  { current }: { current: string | null },
  actor: Pick<Actor, 'id'>,
  deps: CatalogDeps,
): Promise<string | undefined> => {
  if (root === undefined || deps.uploads === undefined) return root
  if (root.startsWith('upload:')) return (await findUpload(root.slice('upload:'.length), actor, deps)).folder
  if (root === current || !(await isInUploads(root, deps))) return root
  throw new MeshError('denied', { action: 'product:manage', because: 'the root lies among the uploads of people' })
}

/** What a product over an upload may read beside the roots of everybody: its own folder. */
export const uploadRoots = async (root: string | null, deps: Pick<CatalogDeps, 'uploads'>): Promise<string[]> =>
  root !== null && (await isInUploads(root, deps)) && root.split(sep).at(-1)?.startsWith('upload_') ? [root] : []

const isInUploads = async (root: string, { uploads }: Pick<CatalogDeps, 'uploads'>): Promise<boolean> => {
  if (uploads === undefined) return false
  const real = (path: string) => realpath(path).catch(() => resolve(path))
  const [inside, all] = await Promise.all([real(root), real(uploads)])
  return inside === all || inside.startsWith(all + sep)
}

/** Removes uploads that are a day old and that no product has as its root, and halves of uploads that were broken off. */
export const removeUnusedUploads = async ({ dryRun }: { dryRun: boolean }, deps: CatalogDeps): Promise<string[]> => {
  if (deps.uploads === undefined) return []
  const root = rootOf(deps)
  const oldest = deps.now().getTime() - unusedMs
  const old: string[] = []
  for (const principal of await readdir(root).catch(() => []))
    for (const each of await uploadsIn(join(root, principal))) if (each.at.getTime() < oldest) old.push(each.folder)
  if (old.length === 0) return []
  const { rows } = await sql<{ root: string }>`
    select value ->> 'root' as root from setting where key like 'product-root:%'`.execute(deps.store.db)
  const used = new Set(rows.map((row) => row.root))
  const unused = old.filter((folder) => !used.has(folder))
  if (!dryRun) for (const folder of unused) await rm(folder, { recursive: true, force: true })
  return unused.map((folder) => `${folder.slice(dirname(dirname(folder)).length + 1)}`)
}

const uploadsIn = async (folder: string): Promise<{ folder: string; bytes: number; at: Date }[]> => {
  const found: { folder: string; bytes: number; at: Date }[] = []
  for (const id of await readdir(folder).catch(() => [])) {
    const each = join(folder, id)
    const [name] = await readdir(each).catch(() => [])
    // it may go while we look
    const seen = await stat(name === undefined ? each : join(each, name)).catch(() => null)
    if (seen) found.push({ folder: each, bytes: name === undefined ? 0 : seen.size, at: seen.mtime })
  }
  return found
}
