/** Guesses about columns and what stewards said of them. */
export const classification: readonly string[] = []
