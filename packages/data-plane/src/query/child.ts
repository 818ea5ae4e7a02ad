import { runQuery } from './inside.ts'
import { serveQuery } from './serve_query.ts'

// The process of one query, `node child.ts <MB>`: a job comes in on standard input, its result goes out on descriptor 3.
await serveQuery(runQuery, Number(process.argv[2]))
