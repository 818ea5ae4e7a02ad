import type { PolicyMistake } from '@datamesh/core'

export type Parsed = { value: unknown } | { mistake: PolicyMistake }

/** Nothing written is nothing given. */
export const parseJson = (text: string, file: string): Parsed => {
  if (text.trim() === '') return { value: undefined }
  try {
    return { value: JSON.parse(text) }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { mistake: { file, ...placeIn(message, text), code: 'json', message, hint: null } }
  }
}

/** Engines say it as `at position 12`, `(line 1 column 13)`, or not at all. */
const placeIn = (message: string, text: string): { line: number; column: number } => {
  const named = /line (\d+) column (\d+)/.exec(message)
  if (named) return { line: Number(named[1]), column: Number(named[2]) }
  const at = /position (\d+)/.exec(message)
  const before = text.slice(0, at ? Number(at[1]) : text.length).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
