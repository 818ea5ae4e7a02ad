import type { LineageEdge, LineageNode } from '@datamesh/core'
import { type Command, Option } from 'commander'
import { openContext, productRef } from '../context.ts'
import { bold, dim, show, warn } from '../output.ts'
import { table } from '../text.ts'
import { examples, whole } from '../usage.ts'

type Options = { level: 'product' | 'model' | 'column'; column?: string; depth: number; indirect?: boolean }

export const lineageCommand = (program: Command): void => {
  const lineage = program
    .command('lineage')
    .argument('<product>', 'domain/product')
    .addOption(new Option('--level <level>', 'how fine').choices(['product', 'model', 'column']).default('product'))
    .option('--column <name>', 'only what flows into or out of this column; implies --level column')
    .option('--indirect', 'also columns that only filter, join or group')
    .option('--depth <n>', 'steps in each direction', whole(), 5)
    .summary('where data comes from and where it goes')
    .description(
      'Product by product as a tree, or edge by edge for models and columns.\nWhere columns could not be followed this is said with the reason, not guessed.',
    )
    .action(async (text: string, options: Options, command: Command) => {
      const { output, client } = openContext(command)
      const mesh = client()
      const ref = await productRef(text, mesh)
      const level = options.column ? 'column' : options.level
      const reply = await mesh.call('getLineage', {
        params: ref,
        query: { level, depth: options.depth, ...(options.column ? { column: options.column } : {}) },
      })
      const direct = options.indirect ? reply.edges : reply.edges.filter((edge) => edge.how !== 'indirect')
      const id = `${ref.domain}/${ref.product}`
      const edges = options.column ? touching(direct, id, options.column) : direct
      const hidden = reply.edges.length - direct.length
      const here = new Set(edges.flatMap((edge) => [edge.from.ref, edge.to.ref]))
      const nodes = options.column ? reply.nodes.filter((node) => here.has(node.ref)) : reply.nodes
      show(output, { ...reply, nodes, edges }, (it) =>
        [
          level === 'product'
            ? drawTree(id, it.edges)
            : it.edges.length === 0
              ? 'nothing is known at this level'
              : edgeTable(it.edges),
          ...(hidden > 0 && level === 'column'
            ? [dim(`${hidden} columns that only filter, join or group: --indirect`)]
            : []),
          ...it.unknown.map((each) => warn(`unknown: ${each.model}: ${each.reason}`)),
        ].join('\n'),
      )
    })
  examples(
    lineage,
    ['datamesh lineage network-planning/daily-operations', 'which products feed it, and which it feeds'],
    ['datamesh lineage sales/orders --column amount', 'where one column comes from'],
    ['datamesh lineage sales/orders --level model --json', 'edges for programs'],
  )
}

const edgeTable = (edges: readonly LineageEdge[]): string =>
  table(
    edges.map((edge) => ({ from: nodeText(edge.from), how: edge.how, to: nodeText(edge.to) })),
    { widest: 70 },
  )

const nodeText = (node: LineageNode): string => `${node.ref}${node.column ? `.${node.column}` : ''}`

/** Edges on a way into or out of a column of the product: upstream of it and downstream of it, not sideways. */
function touching(edges: readonly LineageEdge[], product: string, column: string): LineageEdge[] {
  const own = (node: LineageNode) =>
    (node.ref === product || node.ref.startsWith(`${product}#`)) && node.column?.toLowerCase() === column.toLowerCase()
  const kept = new Set<LineageEdge>()
  const follow = (enter: 'from' | 'to', leave: 'from' | 'to') => {
    const waiting = edges
      .flatMap((edge) => [edge.from, edge.to])
      .filter(own)
      .map(nodeText)
    const seen = new Set(waiting)
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop())
      for (const edge of edges) {
        if (nodeText(edge[enter]) !== at) continue
        kept.add(edge)
        const next = nodeText(edge[leave])
        if (!seen.has(next)) waiting.push(next)
        seen.add(next)
      }
  }
  follow('to', 'from')
  follow('from', 'to')
  return edges.filter((edge) => kept.has(edge))
}

/** Upstream above, downstream below, the product in the middle. */
function drawTree(center: string, edges: readonly LineageEdge[]): string {
  const walk = (
    sign: string,
    ref: string,
    next: (ref: string) => string[],
    depth: number,
    seen: ReadonlySet<string>,
  ): string[] =>
    next(ref).flatMap((other) => [
      `${'  '.repeat(depth)}${sign} ${other}`,
      ...(seen.has(other) ? [] : walk(sign, other, next, depth + 1, new Set([...seen, other]))),
    ])
  const unique = (refs: string[]) => [...new Set(refs)].sort()
  const up = walk(
    '↑',
    center,
    (ref) => unique(edges.filter((edge) => edge.to.ref === ref).map((edge) => edge.from.ref)),
    1,
    new Set([center]),
  )
  const down = walk(
    '↓',
    center,
    (ref) => unique(edges.filter((edge) => edge.from.ref === ref).map((edge) => edge.to.ref)),
    1,
    new Set([center]),
  )
  return [
    ...(up.length > 0 ? [dim('reads'), ...up] : [dim('reads nothing in the mesh')]),
    bold(center),
    ...(down.length > 0 ? [dim('is read by'), ...down] : [dim('is read by nobody yet')]),
  ].join('\n')
}
