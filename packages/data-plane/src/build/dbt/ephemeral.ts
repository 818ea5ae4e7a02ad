/** What an ephemeral model is called inside the models that use it. Rule: dbt. */
export const cteName = (model: string): string => `__dbt__cte__${model}`

/** Puts CTEs before a query, joining a `with` that it begins with already. */
export function withCtes(sql: string, ctes: readonly { readonly name: string; readonly sql: string }[]): string {
  if (ctes.length === 0) return sql
  const list = ctes.map(({ name, sql: body }) => `${name} as (\n${body}\n)`).join(', ')
  const start = firstWord(sql)
  const found = /^with\b(\s+recursive\b)?/i.exec(sql.slice(start))
  if (!found) return `with ${list}\n${sql}`
  const after = start + found[0].length
  return `${sql.slice(0, after)} ${list},${sql.slice(after)}`
}

/** Where the first word stands, past white space and comments. */
function firstWord(sql: string): number {
  let at = 0
  for (;;) {
    const rest = sql.slice(at)
    const skipped = /^(?:\s+|--[^\n]*(?:\n|$))/.exec(rest)
    if (skipped) at += skipped[0].length
    else if (rest.startsWith('/*')) {
      const end = rest.indexOf('*/')
      if (end < 0) return at
      at += end + 2
    } else return at
  }
}
