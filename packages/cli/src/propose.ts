import { copyFileSync, mkdirSync } from 'node:fs'
import { basename, join, relative, resolve, sep } from 'node:path'
import { type Inferred, proposedFrom } from '@datamesh/core'
import { inferFile } from '@datamesh/data-plane'

/** What a sample file says about a new product. A file outside of the workspace is copied into the product, because ports read only inside. */
export async function proposeFrom(file: string, root: string, folder: string): Promise<Inferred> {
  const sample = await inferFile(file)
  const path = resolve(file)
  const name = basename(path).replaceAll(/[^\w.-]+/g, '_')
  // a location is a pattern: a name with * or [ in it would mean other files
  const stays = !relative(root, path).startsWith('..') && !/[*?[\]{}]/.test(path)
  if (!stays) {
    mkdirSync(join(folder, 'data'), { recursive: true })
    copyFileSync(path, join(folder, 'data', name))
  }
  return proposedFrom(sample, stays ? relative(folder, path).split(sep).join('/') : `data/${name}`)
}
