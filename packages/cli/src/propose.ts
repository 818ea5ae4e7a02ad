import { copyFileSync, mkdirSync } from 'node:fs'
import { basename, join, relative, resolve, sep } from 'node:path'
import { inferFile } from '@datamesh/data-plane'
import type { Inferred } from './scaffold.ts'

/** What a sample file says about a new product. A file outside of the workspace is copied into the product, because ports read only inside. */
export async function proposeFrom(file: string, root: string, folder: string): Promise<Inferred> {
  const sample = await inferFile(file)
  const path = resolve(file)
  const inside = !relative(root, path).startsWith('..')
  if (!inside) {
    mkdirSync(join(folder, 'data'), { recursive: true })
    copyFileSync(path, join(folder, 'data', basename(path)))
  }
  const taken = new Set<string>()
  return {
    location: inside ? relative(folder, path).split(sep).join('/') : `data/${basename(path)}`,
    format: sample.format,
    columns: sample.columns.map((column) => ({
      name: unique(snake(column.name), taken),
      sourceName: column.name,
      type: typeOf(column.type),
      nullable: column.nullable,
      unique: column.unique && !column.nullable && /(^|_)(id|code|key|number|no)$/i.test(snake(column.name)),
      pii: column.pii,
    })),
  }
}

const snake = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toLowerCase()
    .replace(/^(?=\d|$)/, 'c_')

const unique = (name: string, taken: Set<string>): string => {
  let free = name
  for (let n = 2; taken.has(free); n++) free = `${name}_${n}`
  taken.add(free)
  return free
}

const types: Record<string, string> = {
  VARCHAR: 'string',
  BIGINT: 'bigint',
  INTEGER: 'integer',
  DOUBLE: 'double',
  BOOLEAN: 'boolean',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
}
const typeOf = (type: string): string => types[type] ?? type.toLowerCase()
