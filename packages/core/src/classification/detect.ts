import type { Classification } from '../manifest/model.ts'
import { byName, byValues, type ColumnKind, levelOf } from './kinds.ts'
import { wordsOf } from './words.ts'

/** What is known of a column: its name, its type as the engine spells it, and some different values of it as text. */
export type ColumnEvidence = { name: string; type?: string; values: readonly string[] }

/** A guess for a steward to accept or reject; never a verdict. `confidence`: 0 to 1. */
export type ColumnGuess = {
  kind: ColumnKind
  personal: boolean
  classification: Classification
  confidence: number
  /** Each a clause: `its name says a phone number`. */
  because: string[]
  source: 'name' | 'data' | 'name-and-data'
}

/** Below this a guess is not worth a steward's time. */
export const leastConfidence = 0.5

/** So few values prove little, whatever they look like. */
const enoughValues = 5

/** The likeliest kind of one column; null when nothing points anywhere. */
export const guessColumn = ({ name, type, values }: ColumnEvidence): ColumnGuess | null => {
  const named = byName.filter(({ pattern }) => pattern.test(wordsOf(name)) && fits(type))
  const seen = looksOf(values)
  const kinds = new Set([...named, ...seen].map(({ kind }) => kind))
  const guesses = [...kinds].map((kind): ColumnGuess => {
    const byTheName = named.find((each) => each.kind === kind)
    const byTheData = seen.find((each) => each.kind === kind)
    return {
      kind,
      personal: kind !== 'credential',
      classification: levelOf[kind],
      // two independent hints: wrong only when both are
      confidence: rounded(1 - (1 - (byTheName?.sure ?? 0)) * (1 - (byTheData?.sure ?? 0))),
      because: [...(byTheName ? [`its name says ${byTheName.says}`] : []), ...(byTheData ? [byTheData.because] : [])],
      source: byTheName && byTheData ? 'name-and-data' : byTheName ? 'name' : 'data',
    }
  })
  return guesses.sort((a, b) => b.confidence - a.confidence)[0] ?? null
}

/**
 * The columns of a table that look like something, those of enough confidence. A place on the map is one of a person only where other
 * columns are about persons: an airport has coordinates as well.
 */
export const guessTable = (columns: readonly ColumnEvidence[]): { column: string; guess: ColumnGuess }[] => {
  const guesses = columns.flatMap((column) => {
    const guess = guessColumn(column)
    return guess ? [{ column: column.name, guess }] : []
  })
  const aboutPersons = guesses.some(
    ({ guess }) => guess.personal && !contextual.has(guess.kind) && guess.confidence >= leastConfidence,
  )
  return guesses
    .map(({ column, guess }) =>
      contextual.has(guess.kind) && aboutPersons
        ? {
            column,
            guess: {
              ...guess,
              confidence: rounded(1 - (1 - guess.confidence) * 0.7),
              because: [...guess.because, 'other columns of the table are about persons'],
            },
          }
        : { column, guess },
    )
    .filter(({ guess }) => guess.confidence >= leastConfidence && (guess.kind !== 'geolocation' || aboutPersons))
}

const contextual: ReadonlySet<ColumnKind> = new Set(['geolocation', 'free-text', 'address'])

/** A flag or a moment that is called after something (`email_verified`, `phone_changed_at`) is not that thing. */
const fits = (type: string | undefined): boolean => type === undefined || !/^BOOLEAN$/i.test(type)

const looksOf = (values: readonly string[]): { kind: ColumnKind; sure: number; because: string }[] => {
  const known = values.map((value) => value.trim()).filter((value) => value !== '')
  if (known.length === 0) return []
  return byValues.flatMap(({ kind, says, sure, is }) => {
    const share = known.filter(is).length / known.length
    if (share <= 0.5) return []
    const counted = Math.min(1, 0.6 + (0.4 * known.length) / enoughValues)
    return [
      {
        kind,
        // the rest may be placeholders
        sure: sure * (0.5 + share / 2) * counted,
        because: share === 1 ? `its values are ${says}` : `most of its values are ${says}`,
      },
    ]
  })
}

const rounded = (share: number): number => Math.round(share * 100) / 100
