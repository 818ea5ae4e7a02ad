/** A number from a name, the same on every machine. */
const hashOf = (name: string): number => {
  let hash = 2166136261
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 16777619)
  hash = Math.imul(hash ^ (hash >>> 15), 2246822519)
  return (hash ^ (hash >>> 13)) >>> 0
}
/** The hue that a name wishes for. */
export const wishedHue = (name: string): number => hashOf(name) % 360

const apart = (a: number, b: number): number => Math.min(Math.abs(a - b), 360 - Math.abs(a - b))

/**
 * A hue for each name, told apart as well as their number allows, whatever the order of the list. Who comes first takes
 * what it wishes for, who comes later the nearest that is free: one more name moves few others, mostly none.
 */
export const spreadHues = (names: readonly string[]): Map<string, number> => {
  const unique = [...new Set(names)].sort((a, b) => hashOf(a) - hashOf(b) || (a < b ? -1 : 1))
  // steps in which the gap shrinks, so that one more name seldom changes it for all
  const gap = [40, 30, 22, 15, 10, 6, 3].find((step) => unique.length * step <= 260) ?? 0
  const hues = new Map<string, number>()
  for (const name of unique) {
    const wish = wishedHue(name)
    const free = (hue: number) => [...hues.values()].every((taken) => apart(hue, taken) >= gap)
    let hue = wish
    for (let step = 0; step <= 180; step++) {
      const found = [wish + step, wish - step + 360].map((each) => each % 360).find(free)
      if (found !== undefined) {
        hue = found
        break
      }
    }
    hues.set(name, hue)
  }
  return hues
}
