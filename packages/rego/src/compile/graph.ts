import type { RegoErrorCode } from '../policy.ts'
import type { Location } from '../syntax/ast.ts'
import type { Clause, Goal, Keyed, Node, Plain, RuleSet, Tree } from './ir.ts'
import { eachTerm } from './terms.ts'
import { nodeAt } from './tree.ts'

export type Rules = RuleSet | Keyed
export type Graph = { needs: ReadonlyMap<Rules, ReadonlySet<Rules>>; usesInput: ReadonlySet<Rules> }

/** Which rules need which, and which depend on `input`, directly or through others. */
export const graphOf = (tree: Tree): Graph => {
  const needs = new Map<Rules, Set<Rules>>()
  const readers = new Set<Rules>()
  for (const rules of allRules(tree)) {
    const found = new Set<Rules>()
    for (const clause of clausesOf(rules)) if (collect(clause, tree, found)) readers.add(rules)
    needs.set(rules, found)
  }
  const usedBy = new Map<Rules, Rules[]>()
  for (const [rules, all] of needs) for (const each of all) usedBy.set(each, [...(usedBy.get(each) ?? []), rules])
  const waiting = [...readers]
  for (let at = waiting.pop(); at; at = waiting.pop()) {
    for (const user of usedBy.get(at) ?? []) {
      if (readers.has(user)) continue
      readers.add(user)
      waiting.push(user)
    }
  }
  return { needs, usesInput: readers }
}

export const allRules = (tree: Tree): Rules[] => [...tree.sets, ...tree.keyed]

export function* clausesOf(rules: Rules): Generator<Clause> {
  const first =
    'kind' in rules
      ? [...rules.clauses, ...(rules.default ? [rules.default] : [])]
      : rules.clauses.map((each) => each.clause)
  for (const clause of first) for (let at: Clause | undefined = clause; at; at = at.else) yield at
}

/** All that a clause names; answers whether it reads `input`. */
const collect = (clause: Clause, tree: Tree, found: Set<Rules>): boolean => {
  let input = false
  const see = (term: Plain): void => {
    if (term.is === 'doc') {
      if (term.root === 'input') input = true
    } else if (term.is === 'ref' && term.head.is === 'doc' && term.head.root === 'data')
      reached(tree.root, term.parts, found)
    else if (term.is === 'call' && 'path' in term.target) {
      const rules = nodeAt(tree.root, term.target.path)?.rules
      if (rules) found.add(rules)
    }
  }
  const whole = (term: Plain): void => {
    if (term.is === 'doc' && term.root === 'data') reached(tree.root, [], found)
  }
  const seeGoal = (goal: Goal): void => {
    if (goal.is === 'with') {
      for (const change of goal.changes) {
        if (change.on === 'data') {
          const at = { location: change.location }
          reached(
            tree.root,
            change.path.map((value): Plain => ({ is: 'scalar', value, ...at })),
            found,
          )
        }
        if (change.on !== 'function') continue
        input = true
        if (!('is' in change.value) && 'path' in change.value) {
          const rules = nodeAt(tree.root, change.value.path)?.rules
          if (rules) found.add(rules)
        }
      }
    }
  }
  const heads: Goal[] = [...clause.keys, ...clause.args, clause.value].map((term) => ({
    is: 'term',
    term,
    location: clause.location,
  }))
  const inRefs = new Set<Plain>()
  eachTerm(
    [...clause.body, ...heads],
    (term) => {
      if (term.is === 'ref') inRefs.add(term.head)
      see(term)
      if (!inRefs.has(term)) whole(term)
    },
    seeGoal,
  )
  return input
}

/** Rules that a path under `data` may touch; parts that are no constants may be anything. */
const reached = (root: Node, parts: readonly Plain[], found: Set<Rules>): void => {
  let at: Node[] = [root]
  for (const part of parts) {
    const next: Node[] = []
    for (const node of at) {
      if (node.keyed) found.add(node.keyed)
      if (node.rules) found.add(node.rules)
      else if (part.is === 'scalar') {
        const child = typeof part.value === 'string' ? node.children.get(part.value) : undefined
        if (child) next.push(child)
      } else next.push(...node.children.values())
    }
    at = next
    if (at.length === 0) return
  }
  const everything = (node: Node): void => {
    if (node.keyed) found.add(node.keyed)
    if (node.rules) found.add(node.rules)
    for (const child of node.children.values()) everything(child)
  }
  at.forEach(everything)
}

/** Rules that need themselves, each with the way back to it. Rule: OPA, checkRecursion */
export const checkRecursion = (
  tree: Tree,
  graph: Graph,
  report: (code: RegoErrorCode, message: string, location: Location) => void,
): void => {
  for (const rules of allRules(tree)) {
    const way = wayBack(rules, graph)
    if (!way) continue
    const name = (each: Rules): string => ['data', ...each.path].join('.')
    const location = [...clausesOf(rules)][0]?.location
    if (location) {
      report('rego_recursion_error', `rule ${name(rules)} is recursive: ${way.map(name).join(' -> ')}`, location)
    }
  }
}

const wayBack = (from: Rules, graph: Graph): Rules[] | undefined => {
  const before = new Map<Rules, Rules>()
  const waiting: Rules[] = [from]
  for (let at = waiting.shift(); at; at = waiting.shift()) {
    for (const next of graph.needs.get(at) ?? []) {
      if (next === from) {
        const way: Rules[] = [from]
        for (let back: Rules | undefined = at; back && back !== from; back = before.get(back)) way.unshift(back)
        return [from, ...way]
      }
      if (before.has(next)) continue
      before.set(next, at)
      waiting.push(next)
    }
  }
  return undefined
}
