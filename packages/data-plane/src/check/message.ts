import type { CheckSpec } from '@datamesh/core'

export const figure = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 4 })

export const rowsText = (count: number): string => `${figure(count)} row${count === 1 ? '' : 's'}`

export const percent = (share: number): string => `${figure(Math.round(share * 1_000_000) / 10_000)} %`

const UNITS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

export const ageText = (seconds: number): string => {
  const [unit, size] = UNITS.find(([, size]) => seconds >= size) ?? (['second', 1] as const)
  const count = Math.round((seconds / size) * 10) / 10
  return `${figure(count)} ${unit}${count === 1 ? '' : 's'}`
}

const listed = (values: readonly unknown[], most = 8): string =>
  values.length <= most ? values.join(', ') : `${values.slice(0, most).join(', ')} and ${values.length - most} more`

/** What a row that breaks the rule does, as the end of a sentence: "3 of 1,204 rows <have no total>". */
const offence = (spec: CheckSpec, many: boolean): string => {
  const columns = spec.columns.join(', ')
  const have = many ? 'have' : 'has'
  switch (spec.type) {
    case 'not_null':
      return `${have} no ${spec.columns.join(' or no ')}`
    case 'range':
      if (spec.max === undefined && Number(spec.min) === 0) return `${have} a negative ${columns}`
      if (spec.max === undefined) return `${have} ${columns} below ${spec.min}`
      if (spec.min === undefined) return `${have} ${columns} above ${spec.max}`
      return `${have} ${columns} outside ${spec.min} to ${spec.max}`
    case 'accepted_values':
      return `${have} ${columns} other than ${listed(spec.values ?? [])}`
    case 'pattern':
      return `${have} ${columns} not like ${spec.pattern}`
    case 'unique':
      return `${many ? 'share their' : 'shares its'} ${columns} with another row`
    case 'relationship':
      return `${have} ${columns} that ${spec.references?.table ?? 'the other table'} does not know`
    default:
      return `${many ? 'break' : 'breaks'} the rule`
  }
}

/** What all rows do that keep the rule: "all 1,204 rows <have a total>". */
const kept = (spec: CheckSpec): string => {
  const columns = spec.columns.join(', ')
  switch (spec.type) {
    case 'not_null':
      return `have ${spec.columns.join(' and ')}`
    case 'range':
      if (spec.max === undefined) return `have ${columns} of ${spec.min} or more`
      if (spec.min === undefined) return `have ${columns} of ${spec.max} or less`
      return `have ${columns} from ${spec.min} to ${spec.max}`
    case 'accepted_values':
      return `have ${columns} among ${listed(spec.values ?? [])}`
    case 'pattern':
      return `have ${columns} like ${spec.pattern}`
    case 'unique':
      return `have ${columns} of their own`
    case 'relationship':
      return `have ${columns} that ${spec.references?.table ?? 'the other table'} knows`
    default:
      return 'keep the rule'
  }
}

/** "3 of 1,204 rows have a negative total", or the good news; tells what is allowed where the rule allows something. */
export const countMessage = (spec: CheckSpec, failing: number, total: number): string => {
  if (total === 0) return 'there is no row to look at'
  if (failing === 0) return total === 1 ? 'the one row keeps the rule' : `all ${rowsText(total)} ${kept(spec)}`
  const passing = (total - failing) / total
  const allowed = spec.threshold < 1 ? `; ${percent(passing)} pass, ${percent(spec.threshold)} must` : ''
  return `${figure(failing)} of ${rowsText(total)} ${offence(spec, failing !== 1)}${allowed}`
}
