import type { RegoErrorCode } from '../policy.ts'
import type { Location, Module, Rule } from '../syntax/ast.ts'
import type { Node, RuleKind, Tree } from './ir.ts'
import type { Global } from './names.ts'

type Report = (code: RegoErrorCode, message: string, location: Location) => void

/** Constant path of a rule under `data`, and how many parts of its head's ref are in it. */
export const rulePath = (module: Module, rule: Rule): { path: string[]; constant: number } => {
  const path = module.package.slice(1)
  let constant = 0
  for (const part of rule.head.ref) {
    if (constant === 0 && part.is === 'var') path.push(part.name)
    else if (part.is === 'scalar' && typeof part.value === 'string') path.push(part.value)
    else break
    constant++
  }
  return { path, constant }
}

export const nodeAt = (root: Node, path: readonly string[]): Node | undefined => {
  let at: Node | undefined = root
  for (const part of path) at = at?.children.get(part)
  return at
}

const newNode = (path: readonly string[]): Node => ({ path, children: new Map() })
const reach = (root: Node, path: readonly string[]): Node => {
  let at = root
  for (const [depth, part] of path.entries()) {
    let next = at.children.get(part)
    if (!next) {
      next = newNode(path.slice(0, depth + 1))
      at.children.set(part, next)
    }
    at = next
  }
  return at
}

const refText = (path: readonly string[]): string =>
  ['data', ...path]
    .map((part, at) => (at === 0 ? part : /^[A-Za-z_]\w*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`))
    .join('')

/** Places for all rules, still without clauses; refuses rules that cannot stand beside each other. */
export const plantTree = (modules: readonly Module[], report: Report): Tree => {
  const tree: Tree = {
    root: newNode([]),
    sets: [],
    keyed: [],
    modules,
    annotations: modules.flatMap((each) => each.annotations),
  }
  const first = new Map<string, Location>()
  const defaults = new Map<string, Location[]>()
  const clashing = new Set<string>()
  for (const module of modules) {
    reach(tree.root, module.package.slice(1)).isPackage = true
    for (const rule of module.rules) {
      const { path, constant } = rulePath(module, rule)
      const node = reach(tree.root, path)
      const name = refText(path)
      if (!first.has(name)) first.set(name, rule.location)
      const clash = (): void => {
        if (clashing.has(name)) return
        clashing.add(name)
        report('rego_type_error', `conflicting rules ${name} found`, first.get(name) ?? rule.location)
      }
      if (rule.default) defaults.set(name, [...(defaults.get(name) ?? []), rule.location])
      if (constant < rule.head.ref.length) {
        if (node.rules) clash()
        if (!node.keyed) {
          node.keyed = { id: tree.keyed.length, path, clauses: [] }
          tree.keyed.push(node.keyed)
        }
        continue
      }
      const kind: RuleKind = rule.head.args ? 'function' : rule.head.contains ? 'set' : 'complete'
      const arity = rule.head.args?.length ?? 0
      if (node.keyed || (node.rules && (node.rules.kind !== kind || node.rules.arity !== arity))) clash()
      else if (!node.rules) {
        node.rules = { id: tree.sets.length, path, kind, arity, clauses: [] }
        tree.sets.push(node.rules)
      }
    }
  }
  for (const [name, found] of defaults) {
    if (found.length > 1) {
      const places = found.map((each) => `${each.file}:${each.row}`).join(', ')
      report('rego_type_error', `multiple default rules ${name} found at ${places}`, found[0] as Location)
    }
  }
  checkNested(tree.root, first, report)
  checkPackages(tree, report)
  return tree
}

/** A rule with a value of its own has no other rules below it. */
const checkNested = (node: Node, first: ReadonlyMap<string, Location>, report: Report): void => {
  if (node.rules && node.children.size > 0) {
    const below = [...rulesBelow(node)].filter((each) => each !== refText(node.path)).sort()
    const name = refText(node.path)
    if (below.length > 0) {
      report('rego_type_error', `rule ${name} conflicts with [${below.join(' ')}]`, first.get(name) as Location)
    }
  }
  for (const child of node.children.values()) checkNested(child, first, report)
}
function* rulesBelow(node: Node): Generator<string> {
  if (node.rules || node.keyed) yield refText(node.path)
  for (const child of node.children.values()) yield* rulesBelow(child)
}

const checkPackages = (tree: Tree, report: Report): void => {
  for (const module of tree.modules) {
    const node = nodeAt(tree.root, module.package.slice(1))
    if (!node?.rules) continue
    report(
      'rego_type_error',
      `package ${module.package.slice(1).join('.')} conflicts with rule ${refText(node.path)}`,
      module.packageLocation,
    )
  }
}

/** Names of rules by package, from whichever files. */
export const namesByPackage = (modules: readonly Module[]): Map<string, Set<string>> => {
  const found = new Map<string, Set<string>>()
  for (const module of modules) {
    const key = module.package.join('\0')
    const names = found.get(key) ?? new Set()
    found.set(key, names)
    for (const rule of module.rules) {
      const name = rule.head.ref[0]
      if (name?.is === 'var') names.add(name.name)
    }
  }
  return found
}

/** What the names of a module stand for: rules of its package, and its imports. */
export const globalsOf = (module: Module, names: ReadonlyMap<string, ReadonlySet<string>>): Map<string, Global> => {
  const found = new Map<string, Global>()
  const own = module.package.slice(1)
  for (const name of names.get(module.package.join('\0')) ?? []) {
    found.set(name, { root: 'data', path: [...own, name] })
  }
  for (const each of module.imports) {
    const [root, ...path] = each.path
    if (root !== 'data' && root !== 'input') continue
    const name = each.alias ?? each.path[each.path.length - 1]
    if (name !== undefined) found.set(name, { root, path })
  }
  return found
}
