/** A place in a text; both count from 1. */
export type Place = { line: number; column: number }

/** Where in the editor an error is, when only a part of its text, which began at `start`, was sent. */
export const placeInEditor = (start: Place, error: { line: number | null; column: number | null }): Place | null => {
  if (error.line === null) return null
  const column = error.column ?? 1
  return {
    line: start.line + error.line - 1,
    column: error.line === 1 ? start.column + column - 1 : column,
  }
}

/** From there to the end of the word that stands there; at least one sign, so that something can be underlined. */
export const wordAt = (line: string, column: number): { from: number; to: number } => {
  const from = Math.max(0, Math.min(column - 1, Math.max(0, line.length - 1)))
  const word = /^["\w.]+/.exec(line.slice(from))?.[0].length ?? 1
  return { from, to: Math.min(line.length, from + word) }
}
