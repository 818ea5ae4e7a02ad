/**
 * The process that builds one replica. Apart from the server, so that a sort of millions of rows takes neither its memory nor its
 * threads, and hands both back when it ends. The job comes as one line of JSON on standard input.
 */
import { text } from 'node:stream/consumers'
import { buildReplica, type ReplicaJob } from './replica_build.ts'

await buildReplica(JSON.parse(await text(process.stdin)) as ReplicaJob)
