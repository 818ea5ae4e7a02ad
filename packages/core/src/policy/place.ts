import type { Path } from '../manifest/yaml.ts'

/**
 * A path as policies write it: `spec.schema.fields[2].encryption`, `spec.output_ports["a.b"]`, `/spec/schema/fields/2`, or a list of
 * steps. What cannot be understood ends the path there: what was understood is still the nearest place.
 */
export const parsePath = (written: unknown): Path => {
  if (Array.isArray(written))
    return written.filter((step): step is string | number => typeof step === 'string' || typeof step === 'number')
  return typeof written === 'string' ? understood(written).path : []
}

/** The same of a path that must be understood to its end: a waiver for less than was written would be one for more. Null: it is not. */
export const parseWholePath = (written: string): Path | null => {
  const { path, whole } = understood(written)
  return whole ? path : null
}

const understood = (written: string): { path: Path; whole: boolean } => {
  if (written.length > 1000) return { path: [], whole: false }
  if (written.startsWith('/')) {
    const path = written
      .slice(1)
      .split('/')
      .map((step) => (/^\d{1,9}$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')))
    return { path, whole: !path.includes('') }
  }
  let end = 0
  const steps: (string | number)[] = []
  const step = /(?:^|\.)([^.[\]]+)|\[(\d{1,9})\]|\["((?:[^"\\]|\\.)*)"\]|\['([^']*)'\]/y
  while (step.lastIndex < written.length) {
    const match = step.exec(written)
    if (!match) break
    end = step.lastIndex
    if (match[2] !== undefined) steps.push(Number(match[2]))
    else steps.push(match[1] ?? match[3]?.replaceAll(/\\(.)/g, '$1') ?? match[4] ?? '')
  }
  const path = steps[0] === 'input' ? steps.slice(1) : steps
  return { path, whole: end === written.length && path.length > 0 }
}

/** One spelling for each place; what waivers are compared by. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    if (!/^[A-Za-z_][\w-]*$/.test(step)) return `${text}[${JSON.stringify(step)}]`
    return text === '' ? step : `${text}.${step}`
  }, '')

/** Is `path` at or below `above`? An empty `above` is above everything. */
export const isWithin = (path: Path, above: Path): boolean =>
  above.length <= path.length && above.every((step, i) => step === path[i])

/** A package as a path of the REST API of OPA: `datamesh.governance` is `datamesh/governance`. */
export const packageText = (dotted: string): string => dotted.split('.').map(encodeURIComponent).join('/')
