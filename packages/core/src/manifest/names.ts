import type { Notes } from './issues.ts'
import type { Parsed } from './units.ts'
import type { Path } from './yaml.ts'

const name = /^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/
const portName = /^[A-Za-z][A-Za-z0-9._-]{0,62}$/

/** A name as it could be written: `Orders Fact` → `orders-fact`. */
const asName = (text: string): string =>
  text
    .slice(0, 200)
    .trim()
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[^a-z]+|[-_]+$/g, '')
    .replace(/([-_])[-_]+/g, '$1')
    .slice(0, 63)

/** Names of products and domains become parts of addresses, folders and tables: lower case, up to 63 characters. */
export function checkName(text: string | undefined, path: Path, notes: Notes): string {
  if (text === undefined) return ''
  if (text.length <= 63 && name.test(text)) return text
  const better = asName(text)
  notes.error(
    'name-invalid',
    path,
    `"${text.slice(0, 60)}" is no name: lower-case letters, digits, - and _, at most 63`,
    better ? `write ${better}` : 'begin with a letter',
  )
  return better || 'unnamed'
}

export function checkPortName(text: string, path: Path, notes: Notes): string {
  if (portName.test(text)) return text
  notes.error(
    'name-invalid',
    path,
    `"${text.slice(0, 60)}" is no name of a port: letters, digits, . - and _, at most 63`,
    `write ${asName(text) || 'another name'}`,
  )
  return text
}

/** Notes each name that stands twice. Names of columns and tables are compared without case, as SQL does. */
export function checkTwice(
  names: readonly (readonly [string, Path])[],
  what: string,
  notes: Notes,
  lower = (text: string) => text,
): void {
  const first = new Map<string, Path>()
  for (const [text, path] of names) {
    const before = first.get(lower(text))
    if (before === undefined) first.set(lower(text), path)
    else
      notes.error(
        'name-duplicate',
        path,
        `${what} ${text} is there twice; the first stands in line ${notes.doc.positionOf(before).line}`,
        'give one of them another name',
      )
  }
}

const semver = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/

export function parseVersion(text: string): Parsed<string> {
  if (semver.test(text) && text.length <= 100) return { ok: true, value: text }
  const numbers = text.replace(/^v/i, '').match(/^\d{1,9}(?:\.\d{1,9}){0,2}/)?.[0]
  const full = numbers && [...numbers.split('.').map((part) => String(Number(part))), '0', '0'].slice(0, 3).join('.')
  return {
    ok: false,
    why: `"${text.slice(0, 40)}" is no semantic version`,
    fix: full ? `write ${full}` : 'write major.minor.patch, such as 1.0.0',
  }
}

export type ProductRef = { product: string; major?: number }

/** `domain/product`, `domain/product@1`, `datamesh://domain/product@1`, `urn:datamesh:domain:product:1.2.0`. */
export function parseProductRef(text: string): Parsed<ProductRef> {
  const plain = text.startsWith('urn:datamesh:')
    ? text.slice(13).replace(':', '/').replace(':', '@')
    : text.replace(/^datamesh:\/\//, '')
  const match = /^([^/@:]+)\/([^/@:]+)(?:@v?(\d{1,9})(?:\.\d+){0,2})?$/.exec(plain)
  if (match && name.test(match[1]!) && name.test(match[2]!))
    return {
      ok: true,
      value: { product: `${match[1]}/${match[2]}`, ...(match[3] === undefined ? {} : { major: Number(match[3]) }) },
    }
  const guess = /^([A-Za-z0-9_-]+)[.:/\\]([A-Za-z0-9_-]+)$/.exec(text)
  return {
    ok: false,
    why: `"${text.slice(0, 60)}" is no address of a product`,
    fix: guess
      ? `write ${asName(guess[1]!)}/${asName(guess[2]!)}`
      : 'write domain/product, or domain/product@1 for one major',
  }
}
