import { isMeshError, MeshError, quoteIdent, type TableVersion } from '@datamesh/core'
import { filterSql, type Served } from '../mask/index.ts'
import { castType, exampleUnlessValid } from './column_type.ts'
import type { Engine } from './engine.ts'
import { type Reading, valuesOf } from './reading.ts'

/** Collected between the decision to read it and the read. */
const goneFiles = /No files found that match|Cannot open file/
const aboutValues = /Conversion Error|Invalid Input Error|Out of Range/

/** The engine judges what a pattern cannot (31 February, an interval): finds the filter whose value it refused, to say so. */
export const blame = async (error: unknown, snapshotId: string, reading: Reading, engine: Engine): Promise<unknown> => {
  if (goneFiles.test(String(error)))
    return new MeshError('not-found', { what: `snapshot ${snapshotId} any more` }, { cause: error })
  const unfit = await unfitFilter(error, reading.table, reading.decision, engine)
  if (unfit !== null) return unfit
  if (isMeshError(error) || !aboutValues.test(String(error))) return error
  for (const filter of reading.filters.filter(({ op }) => op !== 'null' && op !== 'like'))
    for (const value of valuesOf(filter)) {
      const [row] = await engine.use('page', async (lease) => {
        const tried = await lease.prepare(`select try_cast($1::varchar as ${castType(filter.type)}) is null`, [value])
        return (await tried.run()).getRows()
      })
      if (row?.[0] !== true) continue
      const example = exampleUnlessValid(filter.type, '\0')
      const next = example === null ? '' : `; write for example ${example}`
      return new MeshError('request-invalid', {
        what: `column ${quoteIdent(filter.column)} is of type ${filter.type}: ${JSON.stringify(value.slice(0, 100))} is not one${next}`,
      })
    }
  return error
}

/**
 * A filter that compares what cannot be compared with the types that columns have by now: nothing is read, and the reader can say why to who
 * can mend it. Tried over no row of the table, so it tells of none. Null: it was something else.
 */
export const unfitFilter = async (
  error: unknown,
  { name, columns }: TableVersion,
  { rowFilter }: Pick<Served, 'rowFilter'>,
  engine: Engine,
): Promise<MeshError | null> => {
  if (rowFilter === null || isMeshError(error)) return null
  const row = columns.map((column) => `null::${column.type} as ${quoteIdent(column.name)}`).join(', ')
  try {
    await engine.use('page', (lease) =>
      lease.prepare(`select 1 from (select ${row}) where ${filterSql(rowFilter)}`, []),
    )
    return null
  } catch (cause) {
    const because = `a row filter does not fit the columns of table ${name}; who gave it has to mend it`
    return new MeshError('denied', { action: 'data:read', because }, { cause })
  }
}
