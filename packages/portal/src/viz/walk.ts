type Timed = { id: string; from: number; to: number | null }

/** The bar that an arrow leads to: the next in the row, or the one nearest in time of the row above or below. */
export const neighbour = (
  rows: readonly { bars: readonly Timed[] }[],
  at: string | null,
  key: string,
  now: number,
): string | undefined => {
  const filled = rows.map((row) => row.bars.toSorted((a, b) => a.from - b.from)).filter((bars) => bars.length > 0)
  const rowAt = filled.findIndex((bars) => bars.some((bar) => bar.id === at))
  const row = filled[rowAt]
  const barAt = row?.findIndex((bar) => bar.id === at) ?? -1
  const bar = row?.[barAt]
  if (!row || !bar) return undefined
  if (key === 'ArrowLeft' || key === 'ArrowRight') return row[barAt + (key === 'ArrowLeft' ? -1 : 1)]?.id
  if (key === 'Home' || key === 'End') return (key === 'Home' ? row[0] : row[row.length - 1])?.id
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return undefined
  const middle = (each: { from: number; to: number | null }) => (each.from + (each.to ?? now)) / 2
  return filled[rowAt + (key === 'ArrowUp' ? -1 : 1)]?.reduce((best, each) =>
    Math.abs(middle(each) - middle(bar)) < Math.abs(middle(best) - middle(bar)) ? each : best,
  ).id
}
