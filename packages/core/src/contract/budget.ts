/** One measured verdict about a service level. `at` in milliseconds since 1970. */
export type Measurement = { at: number; value: number | null; met: boolean }

/** A stretch of time with one verdict. */
export type Span = { from: number; to: number; met: boolean; value: number | null }

/** A window of time, in milliseconds since 1970. */
export type Window = { from: number; to: number }

/**
 * What measurements say about a window of time: each holds until the next one, but no longer than `holdsMs`; beyond that nobody
 * measured and the time counts neither way. Measurements in order of time; one before the window counts as far as it reaches in.
 */
export const spansOf = (measurements: readonly Measurement[], window: Window, holdsMs: number): Span[] => {
  const spans: Span[] = []
  for (const [index, { at, met, value }] of measurements.entries()) {
    const from = Math.max(at, window.from)
    const to = Math.min(measurements[index + 1]?.at ?? Number.POSITIVE_INFINITY, at + holdsMs, window.to)
    if (to > from) spans.push({ from, to, met, value })
  }
  return spans
}

const length = ({ from, to }: Window): number => to - from
const timeOf = (spans: readonly Span[]): number => spans.reduce((sum, span) => sum + length(span), 0)
const badTime = (spans: readonly Span[]): number => timeOf(spans.filter((span) => !span.met))

/** The share of time that may be bad. A promise of 100 % is taken as five nines: of no budget nothing can be said to be left. */
const allowedShare = (objective: number): number => 1 - Math.min(objective, 0.999_99)

/**
 * `attained`: share of the measured time in which the level was met. `left`: share of the error budget of the whole window that is not
 * used up; 1 when nothing was bad, below 0 when overspent. Both null when nothing was measured.
 * Rule: Google SRE workbook, chapter 2, error budgets.
 */
export const budgetOf = (
  spans: readonly Span[],
  window: Window,
  objective: number,
): { attained: number | null; left: number | null } => {
  const measured = timeOf(spans)
  if (measured === 0) return { attained: null, left: null }
  const bad = badTime(spans)
  return { attained: 1 - bad / measured, left: 1 - bad / (allowedShare(objective) * length(window)) }
}

/**
 * How fast the budget went in the last `overMs` before `to`: 1 uses up just all of it in the time that the objective is about. Null when
 * less than half of that time was measured. Rule: Google SRE workbook, chapter 5, burn rate.
 */
export const burnRate = (spans: readonly Span[], to: number, overMs: number, objective: number): number | null => {
  const recent = clip(spans, { from: to - overMs, to })
  const measured = timeOf(recent)
  return measured < overMs / 2 ? null : badTime(recent) / measured / allowedShare(objective)
}

const clip = (spans: readonly Span[], { from, to }: Window): Span[] =>
  spans.flatMap((span) => {
    const cut = { ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) }
    return cut.to > cut.from ? [cut] : []
  })

/** What is left of the window's budget at `points` moments from the first measured one to the end of the window. */
export const burnDown = (
  spans: readonly Span[],
  window: Window,
  objective: number,
  points: number,
): { at: number; left: number }[] => {
  const start = spans[0]?.from
  if (start === undefined) return []
  const allowed = allowedShare(objective) * length(window)
  const line: { at: number; left: number }[] = []
  let [index, bad] = [0, 0]
  for (let point = 0; point < points; point++) {
    const at = point === points - 1 ? window.to : start + ((window.to - start) * point) / (points - 1)
    while (index < spans.length && spans[index]!.to <= at) {
      const span = spans[index]!
      if (!span.met) bad += length(span)
      index++
    }
    const open = spans[index]
    const within = open !== undefined && !open.met && open.from < at ? at - open.from : 0
    line.push({ at, left: 1 - (bad + within) / allowed })
  }
  return line
}

/** A time without the promise. `to` null: it lasts. */
export type Breach = { from: number; to: number | null; worst: number | null }

/** Bad time as breaches, oldest first: they do not touch each other and cover exactly what was bad. Time nobody measured divides two breaches. */
export const breaches = (spans: readonly Span[], window: Window, worse: 'higher' | 'lower'): Breach[] => {
  const found: { from: number; to: number; worst: number | null }[] = []
  for (const { from, to, met, value } of spans) {
    if (met) continue
    const last = found.at(-1)
    if (last?.to === from) {
      last.to = to
      last.worst = worst(last.worst, value, worse)
    } else found.push({ from, to, worst: value })
  }
  return found.map((breach) => ({ ...breach, to: breach.to === window.to ? null : breach.to }))
}

const worst = (a: number | null, b: number | null, worse: 'higher' | 'lower'): number | null => {
  if (a === null || b === null) return a ?? b
  return worse === 'higher' ? Math.max(a, b) : Math.min(a, b)
}

/** At most `most` measurements that draw the same line: the lowest and the highest of each stretch of time, and both ends. */
export const reduced = <M extends Measurement>(measurements: readonly M[], most: number): M[] => {
  if (measurements.length <= most) return [...measurements]
  const first = measurements[0]!
  const last = measurements.at(-1)!
  const stretches = Math.max(1, Math.floor((most - 2) / 2))
  const width = (last.at - first.at) / stretches
  const kept = new Set<M>([first, last])
  let [low, high, stretch] = [first, first, 0]
  for (const each of measurements) {
    const now = Math.min(stretches - 1, Math.floor((each.at - first.at) / width))
    if (now !== stretch) {
      kept.add(low).add(high)
      ;[low, high, stretch] = [each, each, now]
    }
    if ((each.value ?? 0) < (low.value ?? 0)) low = each
    if ((each.value ?? 0) > (high.value ?? 0)) high = each
  }
  kept.add(low).add(high)
  return [...kept].sort((a, b) => a.at - b.at)
}
