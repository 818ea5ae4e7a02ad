/** A name as a SQL identifier, for DuckDB and Postgres alike. The only way a name gets into SQL text. */
export const quoteIdent = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A text as a SQL string literal; for the few places that take no parameter (COPY, ATTACH, SET, read_parquet in a view). */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/**
 * The pattern of a LIKE as a regular expression, where the engine would try every way to lay it over a text: 60 letters and seven `%` take
 * seconds, a few more take the server. Its regular expressions take linear time. Null: LIKE itself is fast.
 */
export const slowLike = (pattern: string, anyCase = false): string | null => {
  const stars = pattern.split(/%+/).length - 1
  if (stars < 2 || !(anyCase || pattern.includes('_'))) return null
  const body = pattern
    .replaceAll(/[\\^$.|?*+(){}[\]]/g, '\\$&')
    .replaceAll(/%+/g, '.*')
    .replaceAll('_', '.')
  return `(?${anyCase ? 'is' : 's'})${body}`
}
