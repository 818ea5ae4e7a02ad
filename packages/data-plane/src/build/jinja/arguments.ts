import { type Kwargs, Trouble, typeName, type Value } from './values.ts'

/**
 * Puts positional and named arguments in the order of `names`; a name ending in `?` may be left out.
 * @throws Trouble for too many, unknown or missing ones
 */
export function bind(
  what: string,
  names: readonly string[],
  args: readonly Value[],
  kwargs: Kwargs,
): (Value | undefined)[] {
  const plain = names.map((name) => name.replace('?', ''))
  if (args.length > names.length)
    throw new Trouble(
      `${what}() takes at most ${names.length} argument${names.length === 1 ? '' : 's'} (${args.length} given)`,
    )
  const bound: (Value | undefined)[] = [...args]
  for (const [name, value] of kwargs) {
    const index = plain.indexOf(name)
    if (index < 0) throw new Trouble(`${what}() got an unexpected keyword argument '${name}'`)
    if (index < args.length) throw new Trouble(`${what}() got multiple values for argument '${name}'`)
    bound[index] = value
  }
  names.forEach((name, index) => {
    if (!name.endsWith('?') && bound[index] === undefined)
      throw new Trouble(`${what}() missing required argument: '${name}'`)
  })
  while (bound.length < names.length) bound.push(undefined)
  return bound
}

export function textOf(what: string, value: Value | undefined, fallback?: string): string {
  if (value === undefined && fallback !== undefined) return fallback
  if (typeof value === 'string') return value
  throw new Trouble(`${what} must be str, not ${value === undefined ? 'nothing' : typeName(value)}`)
}
export function wholeOf(what: string, value: Value | undefined, fallback?: number): number {
  if (value === undefined && fallback !== undefined) return fallback
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  throw new Trouble(`${what} must be int, not ${value === undefined ? 'nothing' : typeName(value)}`)
}
