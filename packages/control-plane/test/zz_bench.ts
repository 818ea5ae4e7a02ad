import Fastify from 'fastify'
import { serveMesh } from './served_mesh.ts'

const mesh = await serveMesh()
const token = await mesh.somebody('cleo', [{ role: 'consumer' }])
const r = await mesh.get('/api/v1/products/sales/orders/tables/orders/rows?limit=100&order=id', token)
const body = Buffer.from(await r.arrayBuffer())
const bare = Fastify()
bare.get('/rows', (_q, reply) => reply.type('application/json').send(body))
bare.get('/cpu', () => ({ ...process.threadCpuUsage(), all: process.cpuUsage() }))
await bare.listen({ port: 4602, host: '127.0.0.1' })
setInterval(() => {
  mesh.done.length = 0
  mesh.log.length = 0
}, 500)
console.log(JSON.stringify({ port: Number(new URL(mesh.url).port), token, bytes: body.length }))
setTimeout(() => process.exit(0), 60000)
