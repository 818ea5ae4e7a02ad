import { type Notes, shown } from './issues.ts'
import type { CheckSpec, CheckType } from './model.ts'
import type { RawCheck } from './read-checks.ts'
import { list } from './read-schema.ts'
import { parseDuration, parseShare } from './units.ts'
import type { Path } from './yaml.ts'

type Details = Partial<
  Pick<
    CheckSpec,
    'min' | 'max' | 'values' | 'pattern' | 'maxAgeSeconds' | 'maxShare' | 'references' | 'sql' | 'sqlReturns'
  >
>

/** What a check needs besides its columns, by its type; what is missing is noted. */
export function checkDetails(type: CheckType, from: RawCheck, columns: string[], path: Path, notes: Notes): Details {
  const incomplete = (message: string, fix: string): Details => {
    notes.error('check-incomplete', path, message, fix)
    return {}
  }
  switch (type) {
    case 'range':
    case 'row_count': {
      if (from.min === undefined && from.max === undefined)
        return incomplete(`the check ${type} has no bound`, 'write min, max or both')
      return bounds(type, from, path, notes)
    }
    case 'accepted_values': {
      const values = from.values ?? from.accepted_values
      const kept = values?.filter((value) => value !== undefined) ?? []
      return kept.length > 0
        ? { values: kept }
        : incomplete('the check accepted_values lists no values', 'write values: [A, B]')
    }
    case 'pattern': {
      const pattern = from.pattern ?? from.regex
      if (pattern === undefined) return incomplete('the check pattern has no pattern', 'write pattern: "^[A-Z]{3}$"')
      const why = regexProblem(pattern)
      if (why)
        notes.error(
          'value-invalid',
          [...path, from.pattern === undefined ? 'regex' : 'pattern'],
          `the pattern ${shown(pattern)} is no regular expression: ${why}`,
          'mend it; the dialect is RE2',
        )
      return { pattern }
    }
    case 'freshness': {
      const written =
        from.max_age ??
        (from.threshold !== undefined && !String(from.threshold).includes('%') ? from.threshold : undefined)
      if (written === undefined)
        return incomplete('the check freshness does not say how old data may be', 'write max_age: "1 day"')
      const seconds = notes.parsed([...path, 'max_age'], parseDuration(written))
      return seconds === undefined ? {} : { maxAgeSeconds: seconds }
    }
    case 'duplicate_share': {
      const written = from.max_share ?? from.max ?? from.threshold
      if (written === undefined)
        return incomplete(
          'the check duplicate_share does not say how many duplicates may be',
          'write max_share: "0.1%"',
        )
      const share = notes.parsed(
        [...path, from.max_share === undefined ? (from.max === undefined ? 'threshold' : 'max') : 'max_share'],
        parseShare(written),
      )
      if (share === undefined) return {}
      // "99.9%" as a threshold is what must pass, as everywhere else; "< 1%" is what may be double.
      const passing =
        from.max_share === undefined &&
        from.max === undefined &&
        !/^\s*(<|≤|at most|max)/i.test(String(written)) &&
        share > 0.5
      return { maxShare: passing ? Number((1 - share).toPrecision(12)) : share }
    }
    case 'relationship':
      return (
        referencesOf(from, columns, path, notes) ??
        incomplete(
          'the check relationship does not say what the column refers to',
          'write references: { table: port.table, column: <name> }',
        )
      )
    case 'sql': {
      const sql = from.sql ?? from.query
      if (sql === undefined || sql.trim() === '')
        return incomplete('the check sql has no sql', 'write sql: select * from {{ table }} where …')
      const returns =
        from.returns ??
        from.sql_returns ??
        (from.min !== undefined || from.max !== undefined ? 'number' : 'failing_rows')
      return { sql, sqlReturns: returns, ...bounds(type, from, path, notes) }
    }
    default:
      return {}
  }
}

function bounds(type: CheckType, from: RawCheck, path: Path, notes: Notes): Details {
  const numeric = type !== 'range'
  for (const key of ['min', 'max'] as const)
    if (numeric && typeof from[key] === 'string')
      notes.error(
        'type-wrong',
        [...path, key],
        `${key} of ${type} must be a number`,
        `write ${key}: ${Number.parseInt(from[key], 10) || 1}`,
      )
  if (from.min !== undefined && from.max !== undefined && typeof from.min === typeof from.max && from.min > from.max)
    notes.error(
      'value-invalid',
      [...path, 'max'],
      `max ${shown(from.max)} is below min ${shown(from.min)}`,
      'swap the two',
    )
  return { ...(from.min === undefined ? {} : { min: from.min }), ...(from.max === undefined ? {} : { max: from.max }) }
}

function referencesOf(from: RawCheck, columns: string[], path: Path, notes: Notes): Details | undefined {
  const written = from.references ?? from.to
  if (written === undefined) return undefined
  if ((typeof written === 'string' ? written : (written.table ?? '')).length > 300) {
    notes.error(
      'value-invalid',
      [...path, from.references === undefined ? 'to' : 'references'],
      'the other side has more than 300 letters',
      'write port.table',
    )
    return {}
  }
  const clean = (text: string) =>
    text
      .trim()
      .replace(/^(?:ref|source)\(\s*['"]?|['"]?\s*\)$/g, '')
      .replace(/['"]\s*,\s*['"]/, '.')
  if (typeof written === 'object') {
    if (written.table === undefined) return { references: { table: '', columns } }
    const other = [...list(written.column), ...list(written.columns)]
    return sameWidth({ table: clean(written.table), columns: other.length > 0 ? other : columns }, columns, path, notes)
  }
  const inParentheses = /^(.+?)\s*\(\s*([^)]+)\)$/.exec(written)
  if (inParentheses && !/^(ref|source)\(/.test(written))
    return sameWidth(
      { table: clean(inParentheses[1]!), columns: inParentheses[2]!.split(',').map((c) => c.trim()) },
      columns,
      path,
      notes,
    )
  return sameWidth(
    { table: clean(written), columns: from.field === undefined ? columns : [from.field] },
    columns,
    path,
    notes,
  )
}

function sameWidth(
  references: { table: string; columns: string[] },
  columns: string[],
  path: Path,
  notes: Notes,
): Details {
  if (columns.length > 0 && references.columns.length !== columns.length)
    notes.error(
      'check-incomplete',
      path,
      `${columns.length} columns refer to ${references.columns.length}`,
      'write as many columns on both sides',
    )
  return { references }
}

/** Why a pattern is no RE2 expression; RE2 has neither look-around nor back-references. */
function regexProblem(pattern: string): string | undefined {
  if (pattern.length > 2000) return 'it is longer than 2000 letters'
  if (/\(\?<?[=!]/.test(pattern)) return 'it looks ahead or behind'
  if (/\\[1-9]/.test(pattern)) return 'it refers back to a group'
  try {
    // RE2 spells named groups `(?P<name>`, flags `(?i)`, and the ends of the text \A and \z.
    new RegExp(
      pattern
        .replaceAll('(?P<', '(?<')
        .replace(/\(\?[imsU-]+\)/g, '')
        .replace(/\(\?[imsU-]+:/g, '(?:'),
    )
    return undefined
  } catch (error) {
    return error instanceof Error
      ? error.message.replace(/^Invalid regular expression: (?:\/.*\/[a-z]*: )?/s, '').toLowerCase()
      : 'it does not parse'
  }
}
