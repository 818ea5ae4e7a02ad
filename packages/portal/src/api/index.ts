export { client } from './client.ts'
export { type Args, query, type Reply, useApi, useChange } from './query.ts'
