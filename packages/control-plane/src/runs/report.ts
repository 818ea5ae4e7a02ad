import type { Report } from '@datamesh/core'
import type { QueueDeps } from './deps.ts'
import { noRun, StoredResult } from './rows.ts'

/** The report of a run, also of one that published nothing. @throws not-found */
export const runReport = async (id: string, deps: QueueDeps): Promise<Report | null> => {
  const row = await deps.store.db.selectFrom('run').select('result').where('id', '=', id).executeTakeFirst()
  if (!row) throw noRun(id)
  return row.result ? StoredResult.parse(row.result).report : null
}
