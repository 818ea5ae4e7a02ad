/** Damerau–Levenshtein distance (optimal string alignment): insert, delete, replace and swap of neighbours cost 1 each. */
export function editDistance(a: string, b: string): number {
  const width = b.length + 1
  const cost = new Uint32Array((a.length + 1) * width)
  const at = (i: number, j: number) => cost[i * width + j] ?? 0
  for (let i = 0; i <= a.length; i++) cost[i * width] = i
  for (let j = 0; j <= b.length; j++) cost[j] = j
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let least = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, at(i - 2, j - 2) + 1)
      cost[i * width + j] = least
    }
  return at(a.length, b.length)
}

/** `outputPorts`, `output-ports` and `Output Ports` are all meant to be `output_ports`. */
export const snakeCase = (word: string): string =>
  word
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[-\s.]+/g, '_')
    .toLowerCase()

/** The known word that was probably meant: same letters in another case first, then few typing mistakes; undefined when nothing is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined
  const meant = snakeCase(word)
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(meant.length / 3)) + 1
  for (const candidate of known) {
    const plain = snakeCase(candidate)
    if (plain === meant || `${plain}s` === meant || plain === `${meant}s`) return candidate
    const distance = editDistance(meant, plain)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  if (best !== undefined) return best
  // Half a name is the commonest way of not remembering one: `checks` for `quality_checks`.
  return meant.length < 4 ? undefined : [...known].find((k) => k.split('_').includes(meant) || k.startsWith(meant))
}
