import type { Path } from '../manifest/yaml.ts'

/**
 * A path as policies write it: `spec.schema.fields[2].encryption`, `spec.output_ports["a.b"]`, `/spec/schema/fields/2`, or a list of
 * steps. What cannot be understood ends the path there: what was understood is still the nearest place.
 */
export const parsePath = (written: unknown): Path => {
  if (Array.isArray(written))
    return written.filter((step): step is string | number => typeof step === 'string' || typeof step === 'number')
  if (typeof written !== 'string' || written.length > 1000) return []
  if (written.startsWith('/'))
    return written
      .slice(1)
      .split('/')
      .map((step) => (/^\d{1,9}$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')))
  const steps: (string | number)[] = []
  const step = /(?:^|\.)([^.[\]]+)|\[(\d{1,9})\]|\["((?:[^"\\]|\\.)*)"\]|\['([^']*)'\]/y
  while (step.lastIndex < written.length) {
    const match = step.exec(written)
    if (!match) break
    if (match[2] !== undefined) steps.push(Number(match[2]))
    else steps.push(match[1] ?? match[3]?.replaceAll(/\\(.)/g, '$1') ?? match[4] ?? '')
  }
  return steps[0] === 'input' ? steps.slice(1) : steps
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
