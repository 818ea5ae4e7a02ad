import type { Path, PolicyMistake, Position, RegoSource } from '@datamesh/core'
import type { Evaluable, RawFinding } from './judge.ts'

/** What the evaluating thread is asked. Inputs travel as JSON text: they are parsed over there, not where requests are answered. */
export type Ask =
  | { do: 'judge'; policies: Evaluable[]; about: { input: string; policies: number[] }[]; now: string }
  | { do: 'check'; policy: Evaluable; tests: RegoSource[]; now: string }
  | { do: 'play'; play: Play; now: string }
  | { do: 'place'; manifests: { file: string; text: string; paths: Path[] }[] }

export type Play = {
  files: Record<string, string>
  version: 'v0' | 'v1'
  query?: string
  input: string
  data: string
  trace: boolean
  tests: boolean
}

export type TestOutcome = { name: string; passed: boolean; error: string | null }
export type Mistake = PolicyMistake

export type Outcome = {
  /** In the order of `about`, and of its policies. */
  judge: (RawFinding | null)[][]
  check: { mistakes: Mistake[]; packages: string[]; tests: TestOutcome[]; rules: string[] }
  /** Where each path stands, in the order of `manifests` and of their paths. */
  place: (Position | null)[][]
  play: {
    mistakes: Mistake[]
    value: unknown
    /** Of the package of the first file; null where a query was asked. */
    answer: unknown
    error: string | null
    prints: string[]
    trace: string[]
    tests: TestOutcome[]
    coverage: Record<string, { covered: number[]; notCovered: number[] }>
    steps: number
  }
}
export type AskOf<K extends Ask['do']> = Extract<Ask, { do: K }>
