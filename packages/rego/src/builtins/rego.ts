import { RegoErrors } from '../policy.ts'
import { parseModule, toJsonAst } from '../syntax/index.ts'
import { fromJson } from '../value.ts'
import { type Builtin, BuiltinError, type Builtins, text } from './builtin.ts'

/** Known when a policy is compiled, which puts the value in its place; a query is no rule. */
const metadata = (name: string): Builtin => ({
  args: [],
  result: 'any',
  eval: () => {
    throw new BuiltinError(`the ${name} function must only be called within the scope of a rule`)
  },
})

/** As OPA lists them: how many, then one line or each in its own. */
const listed = ({ errors }: RegoErrors): string => {
  const lines = errors.map((each) => {
    const place = each.location ? `${each.location.file}:${each.location.row}: ` : ''
    return `${place}${each.code}: ${each.message}`
  })
  return lines.length === 1 ? `1 error occurred: ${lines[0]}` : `${lines.length} errors occurred:\n${lines.join('\n')}`
}

export const rego: Builtins = {
  'rego.parse_module': {
    args: ['string', 'string'],
    result: 'object',
    eval: (args, call) => {
      const file = text(args, 1)
      const source = text(args, 2)
      call.spend(source.length, source.length * 20)
      try {
        return fromJson(toJsonAst(parseModule({ file, text: source }, 'v1')))
      } catch (cause) {
        throw cause instanceof RegoErrors ? new BuiltinError(listed(cause)) : cause
      }
    },
  },
  'rego.metadata.rule': metadata('rego.metadata.rule'),
  'rego.metadata.chain': metadata('rego.metadata.chain'),
}
