import { RegoError } from '../policy.ts'
import { parseQuery, type Term } from '../syntax/index.ts'
import { RegoObject, RegoSet, type Value } from '../value.ts'

/** A value written as Rego: what JSON cannot say (sets, keys of any kind). @throws RegoErrors, RegoError when it is not constant */
export const readValue = (text: string): Value => {
  const { body } = parseQuery(text, 'v1')
  const [only] = body
  if (body.length !== 1 || only?.is !== 'term') throw new RegoError('rego_parse_error', 'one term expected')
  return valueOfTerm(only.term)
}

const valueOfTerm = (term: Term): Value => {
  switch (term.is) {
    case 'scalar':
      return term.value
    case 'array':
      return term.items.map(valueOfTerm)
    case 'set':
      return RegoSet.of(term.items.map(valueOfTerm))
    case 'object':
      return RegoObject.of(term.entries.map(([key, value]) => [valueOfTerm(key), valueOfTerm(value)] as const))
    case 'call':
      if (term.operator.join('.') === 'set' && term.args.length === 0) return new RegoSet()
      throw new RegoError('rego_parse_error', 'a constant value expected', term.location)
    default:
      throw new RegoError('rego_parse_error', 'a constant value expected', term.location)
  }
}
