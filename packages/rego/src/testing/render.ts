import type { Coverage, TraceEvent } from '../policy.ts'
import { jsonText } from '../value.ts'

/** A trace as text, one event a line: place, depth, what happened. `only: 'fails'` keeps what failed and the rules that led there. */
export const renderTrace = (
  trace: readonly TraceEvent[],
  { only = 'all', values = true }: { only?: 'all' | 'fails' | 'notes'; values?: boolean } = {},
): string => {
  const all = only === 'all' ? trace : only === 'notes' ? led(trace, 'note') : led(trace, 'fail')
  // an expression under `with` or `not` is told twice, for itself and for what it holds
  const kept = all.filter((event, at) => !isSame(event, all[at - 1]))
  const places = kept.map(({ location }) => (location ? `${location.file}:${location.row}` : ''))
  const width = Math.max(0, ...places.map((place) => place.length)) + 4
  return kept
    .map(({ op, depth, text, locals }, at) => {
      const name = op.charAt(0).toUpperCase() + op.slice(1)
      const told = values && (op === 'eval' || op === 'fail') ? mentioned(text, locals) : []
      const line = text.replaceAll(/\s*\n\s*/g, ' ')
      const shown =
        told.length === 0 ? '' : `    # ${told.map(([key, value]) => `${key} = ${short(value)}`).join(', ')}`
      return `${(places[at] as string).padEnd(width)}${'| '.repeat(depth)}${name} ${line}${shown}`.trimEnd()
    })
    .join('\n')
}

const isSame = (a: TraceEvent, b: TraceEvent | undefined): boolean =>
  b !== undefined &&
  a.op === b.op &&
  a.depth === b.depth &&
  a.text === b.text &&
  a.location?.offset === b.location?.offset

/** Events of one kind, and the rules that were entered on the way to them. */
const led = (trace: readonly TraceEvent[], wanted: TraceEvent['op']): TraceEvent[] => {
  const kept: TraceEvent[] = []
  const entered: (TraceEvent | undefined)[] = []
  for (const event of trace) {
    if (event.op === 'enter') {
      entered.length = event.depth
      entered[event.depth] = event
    }
    if (event.op !== wanted) continue
    for (const [at, each] of entered.entries()) {
      if (each && at <= event.depth) kept.push(each)
      if (at <= event.depth) entered[at] = undefined
    }
    kept.push(event)
  }
  return kept
}

/** The variables that a text names, with their values. */
export const mentioned = (text: string, locals: Readonly<Record<string, unknown>>): [string, unknown][] => {
  const words = new Set(text.replaceAll(/"(?:\\.|[^"\\])*"|`[^`]*`/g, '').match(/(?<![.\w])[A-Za-z_]\w*/g))
  return Object.entries(locals).filter(([name]) => words.has(name))
}

export const short = (value: unknown): string => {
  const text = jsonText(value)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

/** Per file how many of its lines were evaluated and which were not, then all together. */
export const renderCoverage = (coverage: Coverage): string => {
  const rows = Object.entries(coverage).map(([file, { covered, notCovered }]) => ({
    file,
    covered: covered.length,
    all: covered.length + notCovered.length,
    missing: ranges(notCovered),
  }))
  const sum = (key: 'covered' | 'all'): number => rows.reduce((total, row) => total + row[key], 0)
  const lines = [...rows, { file: 'all', covered: sum('covered'), all: sum('all'), missing: '' }]
  const width = Math.max(...lines.map(({ file }) => file.length))
  return lines
    .map(
      ({ file, covered, all, missing }) =>
        `${file.padEnd(width)}  ${percent(covered, all)}  ${covered} of ${all} lines${missing && `, not ${missing}`}`,
    )
    .join('\n')
}

const percent = (part: number, all: number): string =>
  `${(all === 0 ? 100 : (100 * part) / all).toFixed(1).padStart(5)} %`

const ranges = (rows: readonly number[]): string => {
  const found: [number, number][] = []
  for (const row of rows) {
    const last = found.at(-1)
    if (last && last[1] + 1 === row) last[1] = row
    else found.push([row, row])
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ')
}
