import { re2 } from '../../library.ts'

const date = (text: string): boolean => {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []
  if (year === undefined) return false
  const made = new Date(Date.UTC(2000, 0, 1))
  made.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  return made.getUTCMonth() === Number(month) - 1 && made.getUTCDate() === Number(day)
}
const time = (text: string, zone: 'none' | 'optional' | 'needed'): boolean => {
  const found = /^(\d\d?):(\d\d):(\d\d)([.,]\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(text)
  if (!found || Number(found[1]) > 23 || Number(found[2]) > 59 || Number(found[3]) > 59) return false
  const offset = found[5]
  if (offset === undefined) return zone !== 'needed'
  if (zone === 'none') return false
  return offset === 'Z' || (Number(offset.slice(1, 3)) <= 24 && Number(offset.slice(4)) <= 60)
}
const dateTime = (text: string): boolean => {
  const [day = '', rest] = text.split('T')
  return rest !== undefined && text.split('T').length === 2 && date(day) && time(rest, 'needed')
}

const ipv4 = (text: string): boolean =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) &&
  text.split('.').every((each) => Number(each) < 256 && (each === '0' || !each.startsWith('0')))
const ipv6 = (text: string): boolean => {
  const tail = /^(.*:)([^:]*\.[^:]*)$/.exec(text)
  if (tail && !ipv4(tail[2] as string)) return false
  const plain = tail ? `${tail[1]}0:0` : text
  if (!/^[0-9a-fA-F:]+$/.test(plain) || !plain.includes(':')) return false
  const halves = plain.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')))
  if (!groups.every((each) => /^[0-9a-fA-F]{1,4}$/.test(each))) return false
  return halves.length === 2 ? groups.length < 8 : groups.length === 8
}

/** What Go's url.Parse takes. */
const reference = (text: string): boolean =>
  // a character below the space or a broken escape is never part of one
  !/[^\u0020-\uffff]|\u007f|\\/.test(text) &&
  !/%(?![0-9a-fA-F]{2})/.test(text.split('?')[0] ?? '') &&
  !text.startsWith(':') &&
  !/^([a-zA-Z][a-zA-Z0-9+.-]*:)?\/\/[^/?#]*\[[^\]/?#]*([/?#]|$)/.test(text) &&
  !/^[^/?#]*:/.test(text.replace(/^[a-zA-Z][a-zA-Z0-9+.-]*:/, '').split('/')[0] === text.split('/')[0] ? text : '') &&
  !/^([a-zA-Z][a-zA-Z0-9+.-]*:)?\/\/[^/?#]* /.test(text)
const uri = (text: string): boolean => /^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text) && reference(text)

const label = '[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?'
const hostname = new RegExp(`^${label}(\\.${label})*$`)
const uuid = /^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$/i
const atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u0080-\\uffff-]+"
const address = `(${atom}(\\.${atom})*|"([^"\\\\]|\\\\.)*")@(${atom}(\\.${atom})*|\\[[^\\]]*\\])`
const email = new RegExp(`^\\s*(${address}|[^<>@"]*(?:"[^"]*")?\\s*<${address}>)\\s*$`)

/** Longer ones do not exist, and the expression above takes the square of the length for blanks. */
const isEmail = (text: string): boolean => text.length <= 1_000 && email.test(text)

const regex = (text: string): boolean => {
  try {
    re2().compile(text)
    return true
  } catch {
    return false
  }
}

/** Formats that are not named here hold always. Rule: gojsonschema, format checkers */
export const formats: Readonly<Record<string, (text: string) => boolean>> = {
  date,
  time: (text) => time(text, 'optional'),
  'date-time': (text) => dateTime(text) || date(text) || time(text, 'optional'),
  hostname: (text) => text.length < 256 && hostname.test(text),
  email: isEmail,
  'idn-email': isEmail,
  ipv4,
  ipv6,
  uri,
  iri: uri,
  'uri-reference': reference,
  'iri-reference': reference,
  'uri-template': (text) => reference(text) && /^[^{}]*(\{[^{}]*\}[^{}]*)*$/.test(text.split(/[?#]/)[0] ?? ''),
  uuid: (text) => uuid.test(text),
  regex: (text) => text === '' || regex(text),
  'json-pointer': (text) => /^(\/([^~/]|~[01])*)*$/.test(text),
  'relative-json-pointer': (text) => /^(0|[1-9][0-9]*)(#|(\/([^~/]|~[01])*)*)$/.test(text),
}
