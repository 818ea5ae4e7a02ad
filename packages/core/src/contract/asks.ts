import { type CheckSpec, durationText } from '../manifest/index.ts'

/** What a rule asks of the data, as one sentence without its full stop: `total is never below 0`, `at least 99 % of rows have a carrier`. */
export const asks = (spec: CheckSpec): string => {
  const condition = spec.where?.trim().replaceAll(/\s+/g, ' ')
  return `${sentence(spec)}${condition ? `, where ${clipped(condition)}` : ''}`
}

const sentence = (spec: CheckSpec): string => {
  const all = spec.threshold >= 1
  const most = `at least ${percent(spec.threshold)} of rows have`
  const names = listed(spec.columns, 'and')
  switch (spec.type) {
    case 'not_null':
      return all ? `${names} ${areOrIs(spec)} never empty` : `${most} ${withArticle(spec)}`
    case 'unique':
      if (all) return spec.columns.length > 1 ? `${names} are unique together` : `${names} is unique`
      return `${most} ${withArticle(spec)} that no other row has`
    case 'range':
      return all ? `${names} ${areOrIs(spec)} ${always(spec)}` : `${most} ${withArticle(spec)} ${bounds(spec)}`
    case 'accepted_values': {
      const values = listed((spec.values ?? []).map(String), 'or', 8)
      const which = spec.values?.length === 1 ? values : `one of ${values}`
      return all ? `${names} ${areOrIs(spec)} always ${which}` : `${most} ${withArticle(spec)} that is ${which}`
    }
    case 'pattern':
      return all
        ? `${names} ${spec.columns.length > 1 ? 'match' : 'matches'} ${clipped(spec.pattern ?? '')}`
        : `${most} ${withArticle(spec)} that matches ${clipped(spec.pattern ?? '')}`
    case 'row_count':
      return counted(spec)
    case 'freshness':
      return `the newest ${names} is at most ${durationText(spec.maxAgeSeconds ?? 0)} old`
    case 'relationship': {
      const other = listed(spec.references?.columns ?? [], 'and')
      const there = `${other ? `${other} of ` : ''}${spec.references?.table ?? 'another table'}`
      return all ? `every ${names} is there as ${there}` : `${most} ${withArticle(spec)} that is there as ${there}`
    }
    case 'duplicate_share': {
      const same = spec.columns.length === 0 ? 'an earlier row' : `the ${names} of an earlier row`
      return spec.maxShare ? `at most ${percent(spec.maxShare)} of rows repeat ${same}` : `no row repeats ${same}`
    }
    case 'sql':
      return ofSql(spec)
  }
}

const ofSql = (spec: CheckSpec): string => {
  const query = `the query ${clipped((spec.sql ?? '').trim().replaceAll(/\s+/g, ' '))}`
  if (spec.sqlReturns === 'number') return `${query} answers ${amount(spec) ?? 'a number'}`
  return spec.threshold >= 1
    ? `${query} finds no row`
    : `${query} finds at most ${percent(1 - spec.threshold)} of the rows`
}

const counted = (spec: CheckSpec): string => {
  const many = spec.min === undefined ? spec.max : spec.max === undefined ? spec.min : undefined
  const one = many !== undefined ? Number(many) === 1 : spec.min === spec.max && Number(spec.min) === 1
  return `there ${one ? 'is' : 'are'} ${amount(spec) ?? 'any number of'} ${one ? 'row' : 'rows'}`
}

const amount = ({ min, max }: CheckSpec): string | undefined => {
  if (min === undefined) return max === undefined ? undefined : `at most ${figure(max)}`
  if (max === undefined) return `at least ${figure(min)}`
  return min === max ? `exactly ${figure(min)}` : `${figure(min)} to ${figure(max)}`
}

const always = ({ min, max }: CheckSpec): string => {
  if (max === undefined) return `never below ${figure(min ?? '')}`
  if (min === undefined) return `never above ${figure(max)}`
  return min === max ? `always ${figure(min)}` : `always between ${figure(min)} and ${figure(max)}`
}

const bounds = ({ min, max }: CheckSpec): string => {
  if (max === undefined) return `of ${figure(min ?? '')} or more`
  if (min === undefined) return `of ${figure(max)} or less`
  return min === max ? `of ${figure(min)}` : `between ${figure(min)} and ${figure(max)}`
}

const areOrIs = (spec: CheckSpec): string => (spec.columns.length > 1 ? 'are' : 'is')

const withArticle = ({ columns }: CheckSpec): string =>
  columns.map((column) => `${/^[aeio]/i.test(column) ? 'an' : 'a'} ${column}`).join(' and ')

const listed = (words: readonly string[], last: 'and' | 'or', most = 20): string => {
  if (words.length > most) return `${words.slice(0, most).join(', ')} ${last} ${words.length - most} more`
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

const figure = (value: number | string): string =>
  typeof value === 'number' ? value.toLocaleString('en-US', { maximumFractionDigits: 10 }) : value

/** 0.9999 as `99.99 %`. */
const percent = (share: number): string => `${Number((share * 100).toPrecision(12))} %`

const clipped = (text: string): string => (text.length > 160 ? `${text.slice(0, 160)}…` : text)
