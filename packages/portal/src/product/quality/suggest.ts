import type { Reply } from '../../api/index.ts'

type Profile = Reply<'getProfile'>

/**
 * Checks that hold for the data as it is published, as YAML for the manifest: what was never empty, what was different in every row,
 * what took few values, and that rows are there. Personal data is never written out.
 */
export const suggestChecks = (
  profile: Pick<Profile, 'columns'>,
  personal: ReadonlySet<string>,
  table?: string,
): string | null => {
  const rows = Math.max(0, ...profile.columns.map((column) => column.rows))
  if (rows === 0) return null
  const of = table === undefined ? '' : `table: ${table}, `
  const names = (columns: readonly { name: string }[]) => columns.map(({ name }) => name).join(', ')
  const filled = profile.columns.filter(({ nulls }) => nulls === 0)
  const keys = filled.filter(({ distinct, sampled }) => distinct === rows && !sampled)
  const few = filled.filter(
    ({ name, type, top, distinct, sampled }) =>
      !sampled &&
      !personal.has(name) &&
      /char/i.test(type) &&
      distinct !== null &&
      distinct <= 8 &&
      top.length === distinct &&
      distinct * 10 <= rows,
  )
  return [
    'quality_checks:',
    ...(filled.length > 0 ? [`  - { type: not_null, ${of}columns: [${names(filled)}] }`] : []),
    ...(keys[0] ? [`  - { type: unique, ${of}columns: [${keys[0].name}] }`] : []),
    ...few.map(
      ({ name, top }) =>
        `  - { type: accepted_values, ${of}column: ${name}, values: [${top.map(({ value }) => JSON.stringify(value)).join(', ')}] }`,
    ),
    `  - { type: row_count, ${of}min: ${Math.max(1, Math.floor(rows / 2))} }`,
  ].join('\n')
}
