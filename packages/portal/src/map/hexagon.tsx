import { alignmentWord, type Health, healthWord } from '../ui/index.ts'
import { hexPath, R } from './grid.ts'
import type { Cell } from './layout.ts'
import type { MeshProduct } from './mesh.ts'

const body = hexPath(R - 2.2)
const short: Record<string, string> = {
  'source-aligned': 'source',
  'aggregate-aligned': 'aggregate',
  'consumer-aligned': 'consumer',
}
export const kindClass = (alignment: string | null): string => `k-${short[alignment ?? ''] ?? 'aggregate'}`
export const classOf = ({ alignment, tier, health }: MeshProduct): string =>
  `map-hex ${kindClass(alignment)} t-${tier ?? 'none'} h-${health}`

export const spoken = (product: MeshProduct, domain: string): string =>
  `${product.title}, ${domain}, ${alignmentWord(product.alignment).toLowerCase()}, ${product.tier ?? 'not certified'}, ${healthWord(product.health as Health).toLowerCase()}`

/** A drop, layers, a target: the kind of a product without colour. */
export const Glyph = ({ alignment }: { alignment: string | null }) => {
  if (alignment === 'source-aligned')
    return <path className="gl gl-o" d="M0-7.6C3.3-3.8 5.3-1 5.3 1.8a5.3 5.3 0 0 1-10.6 0C-5.3-1-3.3-3.8 0-7.6Z" />
  if (alignment === 'consumer-aligned')
    return (
      <g className="gl">
        <circle className="gl-o" r="7.5" />
        <circle r="3" />
      </g>
    )
  return <path className="gl gl-o" d="M0-7.5 8-3 0 1.5-8-3ZM-8 2 0 6.5 8 2" />
}

/** At most three lines of what fits into a hexagon. */
export const wrapName = (title: string): string[] => {
  const lines: string[] = []
  for (const word of title.split(/[\s_-]+/).filter(Boolean)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < 11) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  const cut = lines.map((line) => (line.length > 13 ? `${line.slice(0, 12)}…` : line))
  return cut.length > 3 ? [...cut.slice(0, 2), `${cut[2]?.slice(0, 11)}…`] : cut
}

export const HexBody = ({ product }: { product: MeshProduct }) => {
  const lines = wrapName(product.title)
  return (
    <>
      <path className="hx" d={body} />
      <Glyph alignment={product.alignment} />
      {(product.health === 'stale' || product.health === 'failing') && (
        <circle className="hd" cx={R * 0.5} cy={-R * 0.52} r="4.6" />
      )}
      <text className="lbl" textAnchor="middle">
        {lines.map((line, at) => (
          <tspan key={line} x="0" y={(at - (lines.length - 1) / 2) * 7.4 + 2.3}>
            {line}
          </tspan>
        ))}
      </text>
    </>
  )
}

export const at = ({ x, y }: Pick<Cell, 'x' | 'y'>): string => `translate(${x.toFixed(1)} ${y.toFixed(1)})`
