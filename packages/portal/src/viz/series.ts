/** Colours of lines and bars that stand beside each other; after six they begin again. */
export const seriesColour = (index: number): string => `var(--series-${(index % 6) + 1})`

const big = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 4 })
const plain = new Intl.NumberFormat('en', { maximumSignificantDigits: 5 })
const whole = new Intl.NumberFormat('en')
/** Any figure in few digits: `166,341`, `1.205M`, `98.214`, `0.00042`. */
export const figureWords = (value: number): string =>
  Math.abs(value) >= 1e6
    ? big.format(value)
    : value !== 0 && Math.abs(value) < 1e-4
      ? value.toExponential(2)
      : (Number.isInteger(value) ? whole : plain).format(value)

/** A moment in UTC, as short as it is exact: `2026-11-20`, `2026-11-20 09:30` */
export const instantWords = (at: number): string =>
  new Date(at)
    .toISOString()
    .replace(/T00:00:00\.000Z$/, '')
    .replace(/(:00)?\.000Z$/, '')
    .replace('T', ' ')
    .replace('Z', '')

export type XySeries = { name: string; values: readonly (number | null)[] }
/** `moments` in ms, shown in UTC. */
export type XyAxis =
  | { is: 'moments' | 'numbers'; values: readonly number[] }
  | { is: 'names'; values: readonly string[] }

export const xWords = (x: XyAxis, index: number): string => {
  const value = x.values[index]
  if (value === undefined) return ''
  if (x.is === 'names') return String(value)
  return x.is === 'moments' ? instantWords(Number(value)) : figureWords(Number(value))
}
/** `carrier DHL: 98.2 on time, 1,204 orders`; what is said of one place of the chart. */
export const placeWords = (x: XyAxis, series: readonly XySeries[], index: number): string =>
  `${xWords(x, index)}: ${series
    .map(({ name, values }) => {
      const value = values[index]
      return `${name} ${value === null || value === undefined ? 'not there' : figureWords(value)}`
    })
    .join(', ')}`

/** Zero belongs to bars and areas; lines and dots show where they are. */
export const yRange = (series: readonly XySeries[], fromZero: boolean): [number, number] => {
  let [low, high] = fromZero ? [0, 0] : [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { values } of series)
    for (const value of values) {
      if (value === null) continue
      if (value < low) low = value
      if (value > high) high = value
    }
  if (low > high) return [0, 1]
  return low === high ? [Math.min(low, low - (fromZero ? 0 : 1)), high + 1] : [low, high]
}
