import {
  type Actor,
  AnswerError,
  type BodyOf,
  hitsOf,
  MeshError,
  type PackageAnswer,
  policyInput,
  type ReplyOf,
  storedHit,
  type Violation,
  type Written,
} from '@datamesh/core'
import { EngineEnded } from './evaluate/engine.ts'
import { knownProducts, placesOf } from './facts.ts'
import type { ManageDeps } from './manage.ts'

const mostBytes = 512 * 1024
const deadlineMs = 5_000

/** Evaluates what somebody writes. In a thread of its own: it ends at its limits, and nobody else waits. @throws not-found, request-invalid */
export const evaluatePolicy = async (
  { files, version, query, product, input, data, trace, tests }: BodyOf<'evaluatePolicy'>,
  _actor: Actor,
  visible: (product: string) => boolean,
  deps: ManageDeps,
): Promise<ReplyOf<'evaluatePolicy'>> => {
  const began = performance.now()
  const size = Object.values(files).reduce((sum, text) => sum + text.length, 0)
  if (size > mostBytes || Object.keys(files).length > 50)
    throw new MeshError('request-invalid', { what: `the files are more than ${mostBytes / 1024} kB, or more than 50` })
  const about = product === undefined ? null : await inputOf(product, visible, deps)
  const given = about?.input ?? input
  const nothing = {
    mistakes: [],
    value: null,
    violations: [],
    prints: [],
    trace: [],
    tests: [],
    coverage: {},
    input: given ?? null,
    steps: 0,
  }
  const ms = () => Math.round((performance.now() - began) * 10) / 10
  try {
    const { answer, error, ...told } = await deps.workshop.ask(
      {
        do: 'play',
        now: deps.now().toISOString(),
        play: {
          files,
          version,
          ...(query === undefined ? {} : { query }),
          input: given === undefined ? '' : JSON.stringify(given),
          data: data === undefined ? '' : JSON.stringify(data),
          trace,
          tests,
        },
      },
      deadlineMs,
    )
    const mistakes = error !== null && told.mistakes.length === 0 ? [limit(error)] : told.mistakes
    return { ...nothing, ...told, mistakes, ...violationsOf(answer, about?.written ?? null), ms: ms() }
  } catch (error) {
    if (!(error instanceof EngineEnded)) throw error
    return { ...nothing, mistakes: [limit(`eval_limit_error: ${error.message}`)], ms: ms() }
  }
}

const limit = (message: string) => ({
  file: '',
  line: 1,
  column: 1,
  code: 'eval_limit_error',
  message,
  hint: 'look for what repeats itself, and narrow it',
})

/** What the policies of a registered product get. @throws not-found */
const inputOf = async (
  product: string,
  visible: (product: string) => boolean,
  deps: ManageDeps,
): Promise<{ input: unknown; written: Written | null }> => {
  const known = visible(product) ? (await knownProducts([product], 'schedule', deps)).get(product) : undefined
  if (known === undefined) throw new MeshError('not-found', { what: `product ${product}` })
  const { sources } = known
  const seen = {
    ...sources,
    upstream: sources.upstream.filter(({ id }) => visible(id)),
    downstream: sources.downstream.filter(({ id }) => visible(id)),
  }
  const written = (await placesOf([product], deps.store.db)).get(product) ?? null
  return { input: policyInput(known.written, seen), written }
}

const violationsOf = (answer: unknown, written: Written | null): { violations: Violation[] } => {
  if (typeof answer !== 'object' || answer === null) return { violations: [] }
  try {
    return {
      violations: hitsOf(answer as PackageAnswer, { severity: 'block' }).map((hit) => {
        const { level, ...rest } = storedHit(hit, written?.placeOf ?? (() => null))
        return { ...rest, policy: '', effect: level, waiver: null }
      }),
    }
  } catch (error) {
    // an answer of another shape is worth looking at all the same
    if (error instanceof AnswerError) return { violations: [] }
    throw error
  }
}
