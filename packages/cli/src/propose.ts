import { copyFileSync, mkdirSync } from 'node:fs'
import { basename, join, relative, resolve, sep } from 'node:path'
import { type InferredFile, inferFile } from '@datamesh/data-plane'
import type { Inferred, InferredColumn } from './scaffold.ts'

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
  const taken = new Set<string>()
  return {
    location: stays ? relative(folder, path).split(sep).join('/') : `data/${name}`,
    format: sample.format,
    rows: sample.rows,
    columns: sample.columns.map((column, i) => ({
      ...columnOf(column, sample.format),
      name: unique(snake(column.name) || `column_${i + 1}`, taken),
    })),
  }
}

type Sampled = InferredFile['columns'][number]

function columnOf(column: Sampled, format: InferredFile['format']): Omit<InferredColumn, 'name'> {
  const type = typeOf(column.type)
  const nested = type === null && format !== 'csv' && /[[(]|^JSON$/.test(column.type)
  const name = snake(column.name)
  return {
    sourceName: column.name,
    type: type ?? 'string',
    ...(type === null && format !== 'csv' ? { as: nested ? 'json' : 'text' } : {}),
    nullable: column.nullable,
    unique: column.unique && !column.nullable && type !== null && /(^|_)(id|uuid|code|key|number|no|nr)$/.test(name),
    pii: column.pii,
    atLeastZero: column.positive === true && amount.test(name),
    values: type === 'string' ? column.values : null,
  }
}

/** Names of figures that mean nothing below zero. */
const amount =
  /(^|_)(amount|price|cost|fee|total|sum|quantity|qty|count|number_of|rows|size|weight|distance|duration|age|length|height|width|minutes|seconds|hours|days|km|kg)(_|$)/

/** Lower-case words joined by _; accents are taken off, other alphabets leave nothing. */
const snake = (name: string): string =>
  name
    .normalize('NFKD')
    .replaceAll(/\p{Mark}+/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .toLowerCase()
    .replace(/^(?=\d)/, 'c_')
    .slice(0, 58)

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
  SMALLINT: 'smallint',
  TINYINT: 'smallint',
  DOUBLE: 'double',
  FLOAT: 'float',
  BOOLEAN: 'boolean',
  DATE: 'date',
  TIMESTAMP: 'timestamp',
  'TIMESTAMP WITH TIME ZONE': 'timestamptz',
}
/** Null for what stays text or becomes text in a first version: times of day, structures, lists. */
const typeOf = (type: string): string | null =>
  types[type] ?? (/^DECIMAL\(\d+,\d+\)$/.test(type) ? type.toLowerCase() : null)
