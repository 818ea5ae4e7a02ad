import type { PolicyImpact, PolicyMistake } from '@datamesh/core'
import type { ApiError } from '@datamesh/sdk'
import { useCallback, useRef, useState } from 'react'
import { client, type Reply } from '../../api/index.ts'
import { type Parsed, parseJson } from './json.ts'

export type Answer = Reply<'evaluatePolicy'>
export type Show = 'result' | 'tests' | 'trace' | 'impact'
export type Question = {
  files: Readonly<Record<string, string>>
  version: 'v0' | 'v1'
  query: string
  /** Null: `input` is taken. */
  product: string | null
  input: string
  data: string
}
export type Outcome = {
  show: Show
  answer: Answer | null
  impact: PolicyImpact | null
  mistakes: readonly PolicyMistake[]
  /** Said no for another reason than what is written. */
  error: ApiError | null
  /** A query of its own: no rules that a policy answers with. */
  queried: boolean
}

const regoOf = (files: Question['files']): Record<string, string> =>
  Object.fromEntries(Object.entries(files).filter(([path]) => path.endsWith('.rego')))

/** One question at a time: a newer one ends the one before. What a question did not ask for stays as it was. */
export const usePlay = () => {
  const [outcome, setOutcome] = useState<Outcome | null>(null)
  const [busy, setBusy] = useState<Show | null>(null)
  const running = useRef<AbortController>(undefined)

  const run = useCallback(async (show: Show, asked: Question): Promise<void> => {
    running.current?.abort()
    const mine = new AbortController()
    running.current = mine
    const given = partsOf(asked)
    if ('mistakes' in given) {
      setBusy(null)
      return setOutcome((was) => ({ ...nothing, impact: was?.impact ?? null, show, mistakes: given.mistakes }))
    }
    setBusy(show)
    const { signal } = mine
    try {
      if (show === 'impact') {
        const impact = await client.call('policyImpact', { body: { files: { ...asked.files } }, signal })
        if (!signal.aborted) setOutcome((was) => ({ ...(was ?? nothing), show, impact, mistakes: [], error: null }))
      } else {
        const answer = await client.call('evaluatePolicy', {
          body: {
            ...{ files: regoOf(asked.files), version: asked.version, ...given },
            ...(asked.query.trim() === '' ? {} : { query: asked.query.trim() }),
            tests: show === 'tests',
            trace: show === 'trace',
          },
          signal,
        })
        if (signal.aborted) return
        setOutcome((was) => ({
          ...{ show, answer, mistakes: answer.mistakes, error: null, queried: asked.query.trim() !== '' },
          impact: was?.impact ?? null,
        }))
      }
    } catch (error) {
      if (signal.aborted) return
      const told = error as ApiError
      const mistakes = mistakesOf(told)
      setOutcome((was) => ({
        ...(was ?? nothing),
        ...{ show, mistakes, error: mistakes.length === 0 ? told : null },
        ...(show === 'impact' ? { impact: null } : { answer: null }),
      }))
    } finally {
      if (running.current === mine) setBusy(null)
    }
  }, [])

  return { outcome, busy, run }
}

const nothing: Outcome = { show: 'result', answer: null, impact: null, mistakes: [], error: null, queried: false }

type Given = { product?: string; input?: unknown; data?: unknown } | { mistakes: PolicyMistake[] }
const partsOf = ({ product, input, data }: Question): Given => {
  const parsedInput: Parsed = product === null ? parseJson(input, 'input.json') : { value: undefined }
  const parsedData = parseJson(data, 'data.json')
  const mistakes = [parsedInput, parsedData].flatMap((each) => ('mistake' in each ? [each.mistake] : []))
  if (mistakes.length > 0) return { mistakes }
  const value = (parsed: Parsed) => ('value' in parsed ? parsed.value : undefined)
  return {
    ...(product === null ? {} : { product }),
    ...(value(parsedInput) === undefined ? {} : { input: value(parsedInput) }),
    ...(value(parsedData) === undefined ? {} : { data: value(parsedData) }),
  }
}

/** What a refusal of files says of their lines. */
export const mistakesOf = ({ code, issues }: Pick<ApiError, 'code' | 'issues'>): PolicyMistake[] =>
  code === 'policy-invalid'
    ? issues.map(({ at, code: of, message, fix }) => ({
        ...{ file: at?.file ?? '', line: at?.line ?? 1, column: at?.column ?? 1 },
        ...{ code: of, message, hint: fix ?? null },
      }))
    : []
