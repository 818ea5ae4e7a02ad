import { type PackageAnswer, type PolicyDefinition, packageText } from '@datamesh/core'
import type { Engine } from './engine.ts'
import { type Evaluable, failed, findingFrom, type RawFinding } from './judge.ts'

export type OpaSettings = {
  /** `https://opa.example:8181` */
  url: string
  /** Bearer token, where OPA asks for one. */
  token?: string | undefined
  timeoutMs?: number
  /** Questions at the same time. */
  atOnce?: number
  fetch?: typeof fetch
}

/**
 * An OPA server that teams run already is asked instead of evaluating here: `POST /v1/data/<package>` with the same input, the answer
 * read in the same way. Whatever goes wrong on the way (TLS, timeout, status, a package that it does not know) is an error of the
 * finding, which blocks where the policy blocks. With `whenDown: 'throw'` a server that does not answer is no answer: what is kept about products
 * must not say that their policies failed, when nobody asked them. Rule: OPA REST API, data
 */
export const opaEngine = (
  settings: OpaSettings,
  { whenDown = 'tell' }: { whenDown?: 'tell' | 'throw' } = {},
): Pick<Engine, 'judge'> => ({
  async judge({ policies, about }) {
    const found: (RawFinding | null)[][] = about.map(({ policies: which }) => which.map(() => null))
    const questions = about.flatMap(({ input, policies: which }, row) =>
      which.map((i, column) => ({ row, column, input, policy: policies[i] as Evaluable })),
    )
    let next = 0
    let unanswered = 0
    let down: OpaDown | null = null
    const work = async () => {
      for (let mine = questions[next++]; mine !== undefined; mine = questions[next++]) {
        const row = found[mine.row] as (RawFinding | null)[]
        try {
          if (down !== null) throw down
          row[mine.column] = await askOpa(mine.policy, mine.input, settings)
          unanswered = 0
        } catch (error) {
          if (error instanceof OpaDown) {
            unanswered += 1
            if (unanswered >= mostUnanswered || whenDown === 'throw') down = error
            if (whenDown === 'throw') throw error
          }
          row[mine.column] = failed(error)
        }
      }
    }
    await Promise.all(Array.from({ length: settings.atOnce ?? 16 }, work))
    return found
  },
})

/** Nobody is there: nothing was said about any policy. */
class OpaDown extends Error {}

/** After so many questions in a row that nobody answered, the rest of them is not waited for. */
const mostUnanswered = 16

const mostBytes = 4 * 1024 * 1024

const askOpa = async (policy: Evaluable, input: string, settings: OpaSettings): Promise<RawFinding | null> => {
  const answer = await packageAnswer(policy, input, settings)
  if (Object.hasOwn(answer, 'applies') && (answer as { applies?: unknown }).applies !== true) return null
  return findingFrom(answer, policy)
}

const packageAnswer = async (
  policy: Pick<PolicyDefinition, 'package'>,
  input: string,
  { url, token, timeoutMs = 5_000, fetch: send = fetch }: OpaSettings,
): Promise<PackageAnswer> => {
  const path = packageText(policy.package)
  let response: Response
  let text: string
  try {
    response = await send(`${url.replace(/\/+$/, '')}/v1/data/${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: `{"input":${input}}`,
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    })
    text = await response.text()
  } catch (error) {
    throw new OpaDown(`OPA did not answer: ${reason(error)}`)
  }
  if (!response.ok) throw new Error(`OPA answered ${response.status}: ${messageIn(text)}`)
  if (text.length > mostBytes) throw new Error('OPA answered more than 4 MB')
  const { result } = JSON.parse(text) as { result?: unknown }
  if (typeof result !== 'object' || result === null || Array.isArray(result))
    throw new Error(`OPA knows no package ${policy.package}; load the policy there`)
  return result as PackageAnswer
}

const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'it took too long'
  return error.cause instanceof Error ? error.cause.message : error.message
}

const messageIn = (text: string): string => {
  try {
    const { message, code } = JSON.parse(text) as { message?: string; code?: string }
    return (message ?? code ?? text).slice(0, 200)
  } catch {
    return text.slice(0, 200)
  }
}
