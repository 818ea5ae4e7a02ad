/**
 * All replacements in one walk from left to right; where several fit, the first of the list wins, and what was put in is not looked at again.
 * An empty pattern fits once at every place, the end as well. Rule: Go, strings.NewReplacer. `account` hears of units before they are added.
 */
export const replacer =
  (pairs: readonly (readonly [string, string])[]) =>
  (value: string, account: (units: number) => void): string => {
    account(value.length)
    const only = pairs.length === 1 ? pairs[0] : undefined
    if (only !== undefined && only[0] !== '') return alone(value, only[0], only[1], account)
    const made: string[] = []
    let kept = 0
    let emptyBefore = false
    for (let at = 0; at <= value.length; ) {
      const hit = pairs.find(([from]) => (from === '' ? !emptyBefore : value.startsWith(from, at)))
      emptyBefore = hit?.[0] === ''
      if (hit === undefined) {
        at += (value.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
        continue
      }
      account(hit[1].length + 1)
      made.push(value.slice(kept, at), hit[1])
      at += hit[0].length
      kept = at
    }
    made.push(value.slice(kept))
    return made.join('')
  }

const alone = (value: string, from: string, to: string, account: (units: number) => void): string => {
  if (to.length > from.length) {
    let count = 0
    for (let at = value.indexOf(from); at >= 0; at = value.indexOf(from, at + from.length)) count++
    account(count * (to.length - from.length))
  }
  return value.replaceAll(from, () => to)
}
