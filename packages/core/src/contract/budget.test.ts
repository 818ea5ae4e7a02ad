import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { breaches, budgetOf, burnDown, burnRate, type Measurement, reduced, spansOf } from './budget.ts'

const minute = 60_000
const holds = 20 * minute
const hour = 60 * minute

/** Measurements of a day as they come: some minutes apart, now and then a long silence. */
const measured = fc
  .array(
    fc.record({
      after: fc.oneof(fc.integer({ min: 1, max: 15 }), fc.integer({ min: 16, max: 300 })),
      value: fc.double({ min: 0, max: 100, noNaN: true }),
      met: fc.boolean(),
    }),
    { maxLength: 60 },
  )
  .map((steps) => {
    let at = 0
    return steps.map(({ after, value, met }): Measurement => {
      at += after * minute
      return { at, value, met }
    })
  })
const objective = fc.double({ min: 0, max: 1, noNaN: true })
const window = fc
  .record({ from: fc.integer({ min: 0, max: 300 }), minutes: fc.integer({ min: 1, max: 3000 }) })
  .map(({ from, minutes }) => ({ from: from * minute, to: (from + minutes) * minute }))
const total = (spans: readonly { from: number; to: number | null }[], end: number) =>
  spans.reduce((sum, { from, to }) => sum + (to ?? end) - from, 0)

describe('whatever was measured', () => {
  test('spans are in order, do not overlap and stay in the window', () => {
    fc.assert(
      fc.property(measured, window, (measurements, of) => {
        let end = of.from
        for (const span of spansOf(measurements, of, holds)) {
          expect(span.from).toBeGreaterThanOrEqual(end)
          expect(span.to).toBeGreaterThan(span.from)
          expect(span.to - span.from).toBeLessThanOrEqual(holds)
          end = span.to
        }
        expect(end).toBeLessThanOrEqual(of.to)
      }),
    )
  })

  test('the whole budget is left exactly when nothing was bad', () => {
    fc.assert(
      fc.property(measured, window, objective, (measurements, of, share) => {
        const spans = spansOf(measurements, of, holds)
        const { attained, left } = budgetOf(spans, of, share)
        if (spans.length === 0) expect([attained, left]).toEqual([null, null])
        else if (spans.every((span) => span.met)) expect([attained, left]).toEqual([1, 1])
        else expect(left).toBeLessThan(1)
      }),
    )
  })

  test('one more bad span never leaves more of the budget, and a higher objective never does either', () => {
    fc.assert(
      fc.property(measured, window, objective, objective, fc.nat(), (measurements, of, a, b, which) => {
        const spans = spansOf(measurements, of, holds)
        if (spans.length === 0) return
        const worse = spans.map((span, i) => (i === which % spans.length ? { ...span, met: false } : span))
        const left = budgetOf(spans, of, a).left as number
        expect(budgetOf(worse, of, a).left).toBeLessThanOrEqual(left)
        expect(budgetOf(spans, of, Math.max(a, b)).left).toBeLessThanOrEqual(
          budgetOf(spans, of, Math.min(a, b)).left as number,
        )
      }),
    )
  })

  test('the line of the budget never rises and ends at what is left', () => {
    fc.assert(
      fc.property(measured, window, objective, (measurements, of, share) => {
        const spans = spansOf(measurements, of, holds)
        const line = burnDown(spans, of, share, 50)
        expect(line).toHaveLength(spans.length === 0 ? 0 : 50)
        for (const [i, point] of line.entries()) if (i > 0) expect(point.left).toBeLessThanOrEqual(line[i - 1]!.left)
        if (line.length > 0) expect(line.at(-1)!.left).toBeCloseTo(budgetOf(spans, of, share).left as number, 9)
      }),
    )
  })

  test('breaches do not touch each other and cover exactly the bad time', () => {
    fc.assert(
      fc.property(measured, window, (measurements, of) => {
        const spans = spansOf(measurements, of, holds)
        const found = breaches(spans, of, 'higher')
        const bad = spans.filter((span) => !span.met)
        expect(total(found, of.to)).toBe(total(bad, of.to))
        for (const [i, { from }] of found.entries()) if (i > 0) expect(from).toBeGreaterThan(found[i - 1]!.to!)
        for (const span of bad)
          expect(found.some(({ from, to }) => from <= span.from && (to ?? of.to) >= span.to)).toBe(true)
      }),
    )
  })

  test('a reduced line keeps its ends, its lowest and its highest point, and is short', () => {
    fc.assert(
      fc.property(measured, fc.integer({ min: 4, max: 30 }), (measurements, most) => {
        const line = reduced(measurements, most)
        const values = (of: readonly Measurement[]) => of.map((each) => each.value as number)
        expect(line.length).toBeLessThanOrEqual(most)
        expect(line.every((each) => measurements.includes(each))).toBe(true)
        if (measurements.length === 0) return
        expect([line[0], line.at(-1)]).toEqual([measurements[0], measurements.at(-1)])
        expect(Math.max(...values(line))).toBe(Math.max(...values(measurements)))
        expect(Math.min(...values(line))).toBe(Math.min(...values(measurements)))
      }),
    )
  })
})

describe('by hand', () => {
  const every15 = (verdicts: string): Measurement[] =>
    [...verdicts].map((verdict, i) => ({ at: i * 15 * minute, value: i, met: verdict === '+' }))
  const day = { from: 0, to: 24 * hour }

  test('one bad quarter of an hour in a day uses all of a budget of 1/96', () => {
    const spans = spansOf(every15(`${'+'.repeat(40)}-${'+'.repeat(55)}`), day, holds)
    const { attained, left } = budgetOf(spans, day, 95 / 96)
    expect(attained).toBeCloseTo(95 / 96, 12)
    expect(left).toBeCloseTo(0, 9)
  })

  test('an hour half bad burns fifty times as fast as 99 % allows; a silent hour says nothing', () => {
    const spans = spansOf(every15('++++--++'), { from: 0, to: 2 * hour }, holds)
    expect(burnRate(spans, 2 * hour, hour, 0.99)).toBeCloseTo(50, 9)
    expect(burnRate(spans, 4 * hour, hour, 0.99)).toBeNull()
  })

  test('a promise of 100 % is overspent by any breach', () => {
    const spans = spansOf(every15(`-${'+'.repeat(95)}`), day, holds)
    expect(budgetOf(spans, day, 1).left).toBeLessThan(0)
  })

  test('silence ends a breach; the next bad measurement begins another one, which lasts', () => {
    const measurements = [
      { at: 0, value: 5, met: false },
      { at: 15 * minute, value: 9, met: false },
      { at: 5 * hour, value: 7, met: false },
    ]
    const of = { from: 0, to: 5 * hour + minute }
    expect(breaches(spansOf(measurements, of, holds), of, 'higher')).toEqual([
      { from: 0, to: 35 * minute, worst: 9 },
      { from: 5 * hour, to: null, worst: 7 },
    ])
  })

  test('where less is worse, the worst of a breach is its lowest value', () => {
    const of = { from: 0, to: hour }
    expect(breaches(spansOf(every15('----'), of, holds), of, 'lower')).toMatchObject([{ worst: 0 }])
  })
})
