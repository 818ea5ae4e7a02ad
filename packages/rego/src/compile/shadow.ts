import type { RegoErrorCode } from '../policy.ts'
import type { Location, Module, Rule, Term } from '../syntax/index.ts'

type Report = (code: RegoErrorCode, message: string, location: Location) => void

const isRoot = (term: Term | undefined): term is Term & { is: 'var' } =>
  term?.is === 'var' && (term.name === 'input' || term.name === 'data')

/** What v1 forbids beyond the grammar: two imports of one name, and rules or variables named `input` or `data`. */
export const checkShadowing = (module: Module, report: Report): void => {
  if (module.version !== 'v1') return
  const names = new Map<string, string>()
  for (const { path, alias, location } of module.imports) {
    if (path[0] === 'rego' || path[0] === 'future') continue
    const name = alias ?? (path.at(-1) as string)
    const known = names.get(name)
    if (known !== undefined) report('rego_compile_error', `import must not shadow import ${known}`, location)
    else names.set(name, `${path.join('.')}${alias === undefined ? '' : ` as ${alias}`}`)
  }
  for (const rule of module.rules) {
    const [name] = rule.head.ref
    if (isRoot(name)) {
      report('rego_compile_error', `rules must not shadow ${name.name} (use a different rule name)`, rule.location)
    }
    eachAssigned(rule, (term) => {
      if (!isRoot(term)) return
      report(
        'rego_compile_error',
        `variables must not shadow ${term.name} (use a different variable name)`,
        term.location,
      )
    })
  }
}

/** Every variable on the left of a `:=`, wherever it stands in the rule. */
const eachAssigned = (rule: Rule, see: (term: Term) => void): void => {
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    if (isAssignment(node)) pattern(node.args[0])
    if (Array.isArray(node)) for (const each of node) walk(each)
    else for (const key in node) if (key !== 'location') walk((node as Readonly<Record<string, unknown>>)[key])
  }
  const pattern = (term: Term | undefined): void => {
    if (term?.is === 'array') for (const item of term.items) pattern(item)
    else if (term?.is === 'object') for (const [, value] of term.entries) pattern(value)
    else if (term) see(term)
  }
  walk(rule)
}
const isAssignment = (node: object): node is Term & { is: 'call' } => {
  const term = node as Term
  return term.is === 'call' && term.infix === true && term.operator[0] === 'assign'
}
