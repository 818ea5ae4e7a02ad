import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Evaluable } from './judge.ts'
import { opaEngine } from './opa.ts'

const policy: Evaluable = {
  ...{ id: 'global/x', title: 'X', policyKind: 'active', severity: 'block', version: 'v1', package: 'x' },
  ...{ rego: [], data: {}, bands: {}, unit: '', digest: 'x' },
}
const asked = (products: number) => ({
  policies: [policy],
  about: Array.from({ length: products }, () => ({ input: '{}', policies: [0] })),
})
const now = new Date()

/** Takes every question and never answers. */
const silent = async () => {
  const server = createServer(() => {})
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a server that is silent is waited for a few times, not once for every product', async () => {
  const began = performance.now()
  const found = await opaEngine({ url: await silent(), timeoutMs: 300, atOnce: 8 }).judge(asked(400), now)
  expect(performance.now() - began).toBeLessThan(6_000)
  expect(found.map(([each]) => each?.error)).toEqual(Array(400).fill('OPA did not answer: it took too long'))
})

test('what is kept of products says nothing when nobody answered, and the token is in no text', async () => {
  const engine = opaEngine({ url: 'http://127.0.0.1:1', token: 'very-secret' }, { whenDown: 'throw' })
  const error = await engine.judge(asked(40), now).catch((each: Error) => each)
  expect(String(error)).toMatch(/OPA did not answer/)
  expect(String((error as Error).stack)).not.toContain('very-secret')
})
