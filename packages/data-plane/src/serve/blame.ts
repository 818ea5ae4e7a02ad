import { isMeshError, MeshError, quoteIdent } from '@datamesh/core'
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
