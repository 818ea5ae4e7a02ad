import { parentPort } from 'node:worker_threads'
import { writtenProduct } from '@datamesh/core'
import { type Evaluable, inputFrom, judgeOne, type Prepared, prepare } from './judge.ts'
import { check, play } from './play.ts'
import type { Ask, AskOf, Outcome } from './wire.ts'

/** The thread that evaluates Rego: whatever a policy does, requests are answered elsewhere. Whoever asks ends it at a deadline. */

const mostKept = 2000
const kept = new Map<string, Prepared | Error>()

const prepared = (policy: Evaluable): Prepared | Error => {
  const known = kept.get(policy.digest)
  if (known !== undefined) return known
  const made = compiled(policy)
  if (kept.size >= mostKept) kept.delete(kept.keys().next().value as string)
  kept.set(policy.digest, made)
  return made
}

const compiled = (policy: Evaluable): Prepared | Error => {
  try {
    return prepare(policy)
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

const judge = ({ policies, about, now }: AskOf<'judge'>): Outcome['judge'] => {
  const at = new Date(now)
  const all = policies.map(prepared)
  return about.map(({ input, policies: which }) => {
    const value = inputFrom(JSON.parse(input))
    return which.map((i) => judgeOne(all[i] as Prepared | Error, value, at))
  })
}

/** Reading the texts takes longer than judging what stands in them. */
const place = ({ manifests }: AskOf<'place'>): Outcome['place'] =>
  manifests.map(({ file, text, paths }) => {
    const written = writtenProduct(text, file)
    return paths.map((path) => written?.placeOf(path) ?? null)
  })

const answer = (ask: Ask): Outcome[Ask['do']] => {
  switch (ask.do) {
    case 'judge':
      return judge(ask)
    case 'check':
      return check(ask)
    case 'play':
      return play(ask)
    case 'place':
      return place(ask)
  }
}

parentPort?.on('message', ({ id, ask }: { id: number; ask: Ask }) => {
  try {
    parentPort?.postMessage({ id, outcome: answer(ask) })
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) })
  }
})
