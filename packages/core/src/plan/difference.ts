import type { Change } from './model.ts'

/** A change and what of the product it touches, so that consumers who read something else are left in peace. */
export type Difference = Change & { table?: string; column?: string; port?: string }

export const difference = (
  verdict: Change['verdict'],
  path: string,
  what: string,
  because: string,
  touches: Pick<Difference, 'table' | 'column' | 'port'> = {},
): Difference => ({
  what,
  path,
  verdict,
  because,
  ...touches,
})

/** Equal as JSON says it, whatever the order of keys. */
export const same = (a: unknown, b: unknown): boolean => ordered(a) === ordered(b)

const ordered = (value: unknown): string =>
  JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([x], [y]) => (x < y ? -1 : 1)))
      : inner,
  ) ?? 'undefined'
