import { PGlite } from '@electric-sql/pglite'
import { DurableNodeFS, startParams, syncTree } from './durable.ts'

// A process of its own: `node initdb.ts <folder> durable|fast` makes a database there and ends.
// (initdb leaves 270 MB behind in the process that ran it, in a thread or not.)

const [, , dir = '', mode = 'durable'] = process.argv
const durable = mode === 'durable'
const db = await PGlite.create({ fs: new DurableNodeFS(dir), startParams: startParams(durable) })
await db.close()
if (durable) syncTree(dir)
