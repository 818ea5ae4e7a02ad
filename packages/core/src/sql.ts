/** A name as a SQL identifier, for DuckDB and Postgres alike. The only way a name gets into SQL text. */
export const quoteIdent = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A text as a SQL string literal; for the few places that take no parameter (COPY, ATTACH, SET, read_parquet in a view). */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`
