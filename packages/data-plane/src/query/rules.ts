import { type Refused, treeOf, walkSelect } from '../syntax/index.ts'
import { allowedFunctions, allowedNodes, allowedTableFunctions } from './functions.ts'
import type { QueryFault } from './model.ts'

export class Fault extends Error {
  readonly fault: QueryFault
  constructor(fault: QueryFault) {
    super(fault.why)
    this.fault = fault
  }
}

/**
 * Proves from the engine's own syntax tree that a text is one SELECT over the given relations, made only of parts that are known to be
 * harmless. Answers which of the relations it names. @throws Fault
 */
export const relationsOf = (tree: string, known: ReadonlySet<string>): Set<string> => {
  const { statements, error } = treeOf(tree)
  if (error !== null)
    throw new Fault(
      error.type === 'not implemented'
        ? { is: 'refused', why: 'it is not one SELECT', at: error.at }
        : { is: 'failed', why: error.message, at: error.at },
    )
  if (statements.length !== 1)
    throw new Fault({ is: 'refused', why: `it is ${statements.length} statements; write one SELECT`, at: null })
  const [statement] = statements as { named_param_map?: unknown[] }[]
  const reads = new Set<string>()
  walkSelect(statement, {
    mayRead(catalog, schema, name) {
      const key = `${schema}.${name}`
      if (catalog !== '' || !known.has(key)) return false
      reads.add(key)
      return true
    },
    mayCallTable: (name) => allowedTableFunctions.has(name),
    mayCall: (name) => allowedFunctions.has(name),
    nodes: allowedNodes,
    refuse(what) {
      throw new Fault(faultOf(what))
    },
  })
  return reads
}

const faultOf = (what: Refused): QueryFault => {
  switch (what.is) {
    case 'relation': {
      const { catalog, schema, name, at } = what
      const written = [catalog, schema, name].filter((part) => part !== '').join('.')
      return { is: 'relation', why: `there is no table ${written}`, at, relation: { catalog, schema, name } }
    }
    case 'table function':
      return { is: 'refused', why: `it calls the table function ${what.name}`, at: what.at }
    case 'function':
      return {
        is: 'refused',
        why: `it calls ${what.name}, which is not on the list of functions for queries`,
        at: what.at,
      }
    case 'describe':
      return { is: 'refused', why: 'it describes the catalogue instead of selecting rows', at: what.at }
    case 'node':
      return { is: 'refused', why: nodeNames[what.name] ?? `it uses ${what.name}, which queries may not`, at: what.at }
  }
}

const nodeNames: Readonly<Record<string, string>> = {
  PARAMETER: 'it has a parameter ($1 or ?); write the value',
  DEFAULT: 'it uses DEFAULT, which means nothing in a SELECT',
  AT: 'it asks for another time of a table (AT), which queries may not',
}
