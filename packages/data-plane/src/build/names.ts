import { type InputPort, MeshError, quoteIdent } from '@datamesh/core'
import { isFilePort } from '../input/index.ts'

/** Schema that `{{ this }}` reads: the parent's rows under the model's name. */
export const selfSchema = 'this'

export const selfRelation = (model: string): string => `${quoteIdent(selfSchema)}.${quoteIdent(model)}`

/**
 * The input port behind `source('port', 'table')`. An existing dbt project, whose source names nobody chose as ports, may also
 * mean a port by its table. @throws model-refused naming the ports that there are
 */
export const portOf = (ports: readonly InputPort[], name: string, table: string): InputPort => {
  const port = ports.find((one) => one.name === name) ?? ports.find((one) => one.name === table)
  if (port) return port
  throw new MeshError('model-refused', {
    model: `source('${name}', '${table}')`,
    why: `there is no input port ${name}; there are: ${ports.map((one) => one.name).join(', ') || 'none'}`,
  })
}

/** Where a port's table stands: schema and name. A file port has one table, named like the port. */
export const portRelation = (port: InputPort, table: string): { schema: string; identifier: string } => ({
  schema: port.name,
  identifier: isFilePort(port) ? port.name : table,
})
