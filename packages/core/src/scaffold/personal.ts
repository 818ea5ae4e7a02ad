import { guessColumn, leastConfidence } from '../classification/index.ts'

/** A proposal for the team to look at, not a verdict: why a column looks like personal data, from its name and from values of it. */
export const personalBecause = (name: string, values: readonly string[]): string | null => {
  const guess = guessColumn({ name, values })
  // in a first version every text with sentences would be called personal
  if (guess === null || !guess.personal || guess.kind === 'free-text') return null
  return guess.confidence < leastConfidence ? null : (guess.because[0] ?? null)
}
