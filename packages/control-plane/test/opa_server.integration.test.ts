import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { factsOfManifest, policyInput, readManifests, writtenProduct } from '@datamesh/core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { opaProgram } from '../../../tools/opa.ts'
import { evaluableOf } from '../src/governance/evaluable.ts'
import { RegoThread, threadEngine } from '../src/governance/evaluate/engine.ts'
import { opaEngine } from '../src/governance/evaluate/opa.ts'
import { starterFolder, starterSet } from '../src/governance/starter.ts'

/** A real OPA server, with the starter set loaded as a team would, answers instead of our evaluator. */

const temp = mkdtempSync(join(tmpdir(), 'datamesh-opa-'))
let server: ChildProcess | undefined
let url = ''

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

beforeAll(async () => {
  const binary = opaProgram()
  if (binary === undefined) return
  const port = await freePort()
  const rego = readdirSync(starterFolder())
    .filter((name) => name.endsWith('.rego') && !name.endsWith('_test.rego'))
    .map((name) => join(starterFolder(), name))
  server = spawn(binary, ['run', '--server', '--addr', `127.0.0.1:${port}`, ...rego], { stdio: 'ignore' })
  url = `http://127.0.0.1:${port}`
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    if (
      await fetch(`${url}/health`).then(
        (reply) => reply.ok,
        () => false,
      )
    )
      return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('OPA did not start')
}, 600_000)
afterAll(() => {
  server?.kill()
  rmSync(temp, { recursive: true, force: true })
})

const policies = starterSet().map(({ policy }) => evaluableOf(policy, policy.id))
const manifests = [
  readFileSync(new URL('../../../examples/aviation/safety/bird-strikes/dataproduct.yaml', import.meta.url), 'utf8'),
  `apiVersion: datamesh/v1
kind: DataProduct
metadata: { name: bare, domain: sales, owner: todo }
spec:
  sla: { availability: 95% }
  output_ports: [{ name: api, type: rest, auth: none }]
  access_control: { classification: restricted }
  schema: { fields: [{ name: customerId, type: string, pii: true }, { name: created_at, type: string }] }
`,
]
const about = manifests.map((text) => {
  const product = readManifests(text, 'dataproduct.yaml').documents[0]
  if (product?.kind !== 'DataProduct') throw new Error('no product')
  const sources = factsOfManifest(product, new Date('2026-11-20T00:00:00Z'))
  return {
    input: JSON.stringify(policyInput(writtenProduct(text, 'dataproduct.yaml')?.value, sources)),
    policies: policies.map((_, i) => i),
  }
})

test('gives the same verdicts as we do', async ({ skip }) => {
  skip(server === undefined, 'neither $OPA nor the Go module of OPA is here')
  await using thread = new RegoThread()
  const now = new Date('2026-11-20T00:00:00Z')
  const ours = await threadEngine(thread).judge({ policies, about }, now)
  const theirs = await opaEngine({ url }).judge({ policies, about }, now)
  expect(theirs).toEqual(ours)
  expect(ours[1]?.filter((finding) => (finding?.hits.length ?? 0) > 0).length).toBeGreaterThan(6)
})

test('is an error, never a pass, when it does not know the policy or does not answer', async ({ skip }) => {
  skip(server === undefined, 'neither $OPA nor the Go module of OPA is here')
  const now = new Date()
  const one = about.slice(1).map(({ input }) => ({ input, policies: [0] }))
  const strange = [{ ...(policies[0] as (typeof policies)[number]), package: 'nobody.knows' }]
  const [[unknown] = []] = await opaEngine({ url }).judge({ policies: strange, about: one }, now)
  expect(unknown?.error).toContain('knows no package nobody.knows')
  const [[nobody] = []] = await opaEngine({ url: 'http://127.0.0.1:1' }).judge({ policies, about: one }, now)
  expect(nobody?.error).toContain('OPA did not answer')
  const [[late] = []] = await opaEngine({ url, timeoutMs: 1 }).judge({ policies, about: one }, now)
  expect(late?.error ?? 'in time').toMatch(/took too long|in time/)
  const [[plain] = []] = await opaEngine({ url: url.replace('http:', 'https:') }).judge({ policies, about: one }, now)
  expect(plain?.error).toContain('OPA did not answer')
})
