import { z } from 'zod'

/** A node of lineage. `ref`: `domain/product` · `domain/product#table` · `domain/product:model` · `file:<location>` · `external:<text>`. */
export const LineageNode = z.object({
  kind: z.enum(['product', 'table', 'model', 'file', 'external']),
  ref: z.string(),
  column: z.string().optional(),
})
export type LineageNode = z.infer<typeof LineageNode>

/**
 * Data flows from → to. `how`: `direct` copied, `derived` computed, `indirect` filters, joins or groups by it,
 * `declared` only said in a manifest. Column edges carry `column` on both sides.
 */
export const LineageEdge = z.object({
  from: LineageNode,
  to: LineageNode,
  how: z.enum(['direct', 'derived', 'indirect', 'declared', 'port']),
})
export type LineageEdge = z.infer<typeof LineageEdge>

/** Lineage of one release's build; `unknown` says honestly where columns could not be followed and why. */
export const Lineage = z.object({
  edges: z.array(LineageEdge),
  unknown: z.array(z.object({ model: z.string(), reason: z.string() })),
})
export type Lineage = z.infer<typeof Lineage>
