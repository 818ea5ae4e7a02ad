import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { opaProgram } from '../../../tools/opa.ts'
import { compile, fromJson, RegoError, RegoErrors, toJson } from '../src/index.ts'
import { generatePolicy, inputs } from './generate.ts'

const many = Number(process.env.REGO_POLICIES ?? 300)
const seed = Number(process.env.REGO_SEED ?? 1)

/** Where OPA refuses a policy and we answer, with the reason. An answer that differs is never listed. */
const refusedByThemOnly: readonly { reason: string; message: RegExp }[] = [
  {
    reason: 'types are not inferred everywhere: what OPA refuses may be undefined here',
    message: /^undefined ref: |: invalid argument\(s\)$|^match error/,
  },
]

const temp = mkdtempSync(join(tmpdir(), 'rego-opa-'))
const socketPath = join(temp, 's')
type Reply = { code?: string; errors?: { code: string; message?: string }[]; message?: string; result?: unknown }
const ask = (method: string, path: string, body: string): Promise<Reply> =>
  new Promise((done, fail) => {
    const sent = request({ socketPath, path, method }, (reply) => {
      const parts: Buffer[] = []
      reply.on('data', (part: Buffer) => parts.push(part))
      reply.on('end', () => done(JSON.parse(Buffer.concat(parts).toString() || '{}', exact) as Reply))
    })
    sent.on('error', fail)
    sent.end(body)
  })
const exact = (_key: string, value: unknown, context?: { source?: string }): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
    ? BigInt(context?.source ?? '')
    : value

/** Keys sorted, integers in one form. */
const told = (json: unknown): string =>
  JSON.stringify(toJson(fromJson(json)), (_, value) => (typeof value === 'bigint' ? `${value}n` : value))

const ours = (name: string, text: string, input: unknown): string => {
  try {
    const { value } = compile([{ file: `${name}.rego`, text }]).evaluate({ entrypoint: name }, { input })
    return value === undefined ? 'undefined' : told(value)
  } catch (cause) {
    if (cause instanceof RegoErrors) return [...new Set(cause.errors.map((each) => each.code))].sort().join()
    if (cause instanceof RegoError) return cause.code
    throw cause
  }
}

const found = opaProgram()
let server: ChildProcess | undefined
beforeAll(async () => {
  if (!found) return
  server = spawn(
    found,
    ['run', '-s', '--addr', `unix://${socketPath}`, '--log-level', 'error', '--disable-telemetry'],
    { stdio: 'ignore' },
  )
  for (let tries = 0; !existsSync(socketPath); tries++) {
    if (tries > 200) throw new Error('opa run -s did not open its socket')
    await new Promise((done) => setTimeout(done, 50))
  }
})
afterAll(() => {
  server?.kill()
  rmSync(temp, { recursive: true, force: true })
})

test.skipIf(!found)(`${many} policies written by chance have the same answers as OPA`, async () => {
  const seeds = fc.sample(fc.integer({ min: 0, max: 2 ** 31 }), { numRuns: many, seed })
  const different: string[] = []
  const compared = { answers: 0, errors: 0, refused: 0, refusedByThemOnly: 0 }
  for (const [at, each] of seeds.entries()) {
    const name = `t${at}`
    const text = generatePolicy(each, name)
    const stored = await ask('PUT', `/v1/policies/${name}`, text)
    if (
      stored.errors?.every((problem) => refusedByThemOnly.some((known) => known.message.test(problem.message ?? '')))
    ) {
      compared.refusedByThemOnly++
      continue
    }
    for (const [which, input] of inputs.entries()) {
      const theirs = stored.errors
        ? [...new Set(stored.errors.map((problem) => problem.code))].sort().join()
        : await ask(
            'POST',
            `/v1/data/${name}`,
            JSON.stringify({ input }, (_, value) => value),
          ).then((reply) =>
            reply.errors
              ? (reply.errors[0]?.code ?? '')
              : reply.code
                ? `${reply.code} ${reply.message}`
                : reply.result === undefined
                  ? 'undefined'
                  : told(reply.result),
          )
      const answer = ours(name, text, input)
      compared[stored.errors ? 'refused' : theirs.startsWith('eval_') ? 'errors' : 'answers']++
      if (answer !== theirs)
        different.push(
          `seed ${each}, input ${which}\n${text}\nours ${answer}\nOPA  ${theirs}${stored.errors ? `: ${stored.errors.map((problem) => problem.message).join('; ')}` : ''}`,
        )
      if (stored.errors) break
    }
    await ask('DELETE', `/v1/policies/${name}`, '')
  }
  console.info(`compared with OPA: ${JSON.stringify(compared)}`)
  expect(different.slice(0, 10)).toEqual([])
})
