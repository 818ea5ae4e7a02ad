import { type RawBuilder, sql } from 'kysely'

/** The words of a question, lower case, at most eight: what is not a letter or digit only separates. */
export const terms = (question: string): string[] =>
  [...new Set(question.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])].slice(0, 8)

/** Every word must be there, as the beginning of a word as written, or as the same English word in another form. `weights` limits where. */
export const tsquery = (words: readonly string[], weights = ''): RawBuilder<string> => {
  const simple = (word: string) => `${word}:*${weights}`
  const parts = words.map(
    (word) =>
      sql`(to_tsquery('simple', ${simple(word)}) || to_tsquery('english', ${`${word}${weights === '' ? '' : `:${weights}`}`}))`,
  )
  return sql<string>`(${sql.join(parts, sql` && `)})`
}
