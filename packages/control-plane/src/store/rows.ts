import { createHash, type Hash } from 'node:crypto'
import { quoteIdent } from '@datamesh/core'
import { sql, type Transaction } from 'kysely'
import type { Database } from './schema.ts'

/** A table as a backup sees it. Every value travels as Postgres's own text for it, which reads back exactly, whatever the engine. */
export type TableShape = { name: string; columns: { name: string; type: string }[]; key: string[]; identity: string[] }

const pageRows = 200

/** All tables of the state except the record of migrations, those that others refer to first. */
export const tableShapes = async (tx: Transaction<Database>): Promise<TableShape[]> => {
  const columns = await sql<{ table: string; name: string; type: string; identity: boolean; key_place: number | null }>`
    select c.relname::text as table, a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type,
      a.attidentity <> '' as identity, array_position(i.indkey::int2[], a.attnum) as key_place
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    join pg_index i on i.indrelid = c.oid and i.indisprimary
    where c.relkind = 'r' and c.relnamespace = to_regnamespace(current_schema()) and c.relname <> 'migration'
    order by c.relname, a.attnum`.execute(tx)
  const references = await sql<{ from_table: string; to_table: string }>`
    select c.relname::text as from_table, f.relname::text as to_table
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    join pg_class f on f.oid = k.confrelid
    where k.contype = 'f' and c.oid <> f.oid and c.relnamespace = to_regnamespace(current_schema())`.execute(tx)
  const shapes = new Map<string, TableShape & { place: [number, string][] }>()
  for (const { table, name, type, identity, key_place } of columns.rows) {
    const shape = shapes.get(table) ?? { name: table, columns: [], key: [], identity: [], place: [] }
    shape.columns.push({ name, type })
    if (identity) shape.identity.push(name)
    if (key_place !== null) shape.place.push([key_place, name])
    shapes.set(table, shape)
  }
  for (const shape of shapes.values()) shape.key = shape.place.sort(([a], [b]) => a - b).map(([, name]) => name)
  return inOrder([...shapes.values()], references.rows).map(({ place: _, ...shape }) => shape)
}

const inOrder = <T extends { name: string }>(
  tables: readonly T[],
  references: readonly { from_table: string; to_table: string }[],
): T[] => {
  const done: T[] = []
  const rest = [...tables]
  while (rest.length > 0) {
    const next = rest.findIndex((table) =>
      references.every(
        ({ from_table, to_table }) => from_table !== table.name || done.some(({ name }) => name === to_table),
      ),
    )
    done.push(...rest.splice(Math.max(next, 0), 1))
  }
  return done
}

/** The rows of a table in key order, each as one line of JSON: an array of texts and nulls. Pages by key, never holds a table. */
export async function* linesOf(tx: Transaction<Database>, shape: TableShape): AsyncGenerator<string> {
  const names = shape.columns.map(({ name }) => sql`${sql.ref(name)}`)
  const texts = shape.columns.map(({ name }) => sql`${sql.ref(name)}::text`)
  const keys = shape.key.map((name) => sql.ref(name))
  const typeOf = new Map(shape.columns.map(({ name, type }) => [name, type]))
  let after: readonly string[] | null = null
  for (;;) {
    const from: readonly string[] | null = after
    const beyond = from
      ? sql`where (${sql.join(keys)}) > (${sql.join(shape.key.map((name, i) => sql`cast(cast(${from[i]} as text) as ${sql.raw(typeOf.get(name)!)})`))})`
      : sql``
    const page: { line: string; key: string[] }[] = (
      await sql<{ line: string; key: string[] }>`
        select json_build_array(${sql.join(texts)})::text as line, array[${sql.join(shape.key.map((name) => sql`${sql.ref(name)}::text`))}] as key
        from (select ${sql.join(names)} from ${sql.table(shape.name)} ${beyond} order by ${sql.join(keys)} limit ${sql.lit(pageRows)}) page
        order by ${sql.join(keys)}`.execute(tx)
    ).rows
    for (const { line } of page) yield line
    if (page.length < pageRows) return
    after = page.at(-1)!.key
  }
}

/** Inserts lines made by `linesOf`, at most a few hundred at a time. */
export const insertLines = async (
  tx: Transaction<Database>,
  shape: TableShape,
  lines: readonly string[],
): Promise<void> => {
  if (lines.length === 0) return
  const columns = shape.columns.map(({ name }) => quoteIdent(name)).join(', ')
  const values = shape.columns.map(({ type }, i) => `(line ->> ${i})::${type}`).join(', ')
  await sql`
    insert into ${sql.table(shape.name)} (${sql.raw(columns)})
    overriding system value
    select ${sql.raw(values)}
    from jsonb_array_elements(cast(cast(${`[${lines.join(',')}]`} as text) as jsonb)) as line`.execute(tx)
}

/** Identity columns go on where the restored rows end. */
export const continueIdentities = async (tx: Transaction<Database>, shape: TableShape): Promise<void> => {
  for (const column of shape.identity)
    await sql`
      select setval(pg_get_serial_sequence(${quoteIdent(shape.name)}, ${column}), max(${sql.ref(column)}))
      from ${sql.table(shape.name)}
      having max(${sql.ref(column)}) is not null`.execute(tx)
}

/** Times are written in UTC, so that the same row has the same text on every server. */
export const inUtc = async (tx: Transaction<Database>): Promise<void> => {
  await sql`set local time zone 'UTC'`.execute(tx)
}

/** Counts lines and hashes them: what makes two copies of a table equal. */
export const tally = () => {
  const hash: Hash = createHash('sha256')
  let rows = 0
  return {
    add(line: string) {
      hash.update(line).update('\n')
      rows++
    },
    end: () => ({ rows, sha256: hash.digest('hex') }),
  }
}
