import { becomeNobody, lockDown, openFiles, rowsOf } from '../query/inside.ts'
import { serveQuery } from '../query/serve_query.ts'

/** What is left when a text gets past everything that looks at it. Begins with `-- open`: past the engine's own bars too. `{number}` is where the first file is open. */
await serveQuery(async (connection, job, tell) => {
  const opened = openFiles(job.views)
  becomeNobody()
  if (!job.sql.startsWith('-- open')) await lockDown(connection, job, opened)
  const result = await connection.run(job.sql.replaceAll('{number}', [...opened.values()][0] ?? ''))
  return { ...(await rowsOf(result, job, tell)), reads: [] }
}, Number(process.argv[2]))
