import { MeshError, mainTable, quoteIdent } from '@datamesh/core'
import { isFilePort } from '../input/index.ts'
import type { BuildJob } from './job.ts'
import type { Names } from './project.ts'

/** Schema that `{{ this }}` reads: the parent's rows under the model's name. */
export const selfSchema = 'this'

export const selfRelation = (model: string): string => `${quoteIdent(selfSchema)}.${quoteIdent(model)}`

/**
 * How names in models become relations. `source('port', 'table')` is an input port; an existing dbt project, whose source names
 * nobody chose as ports, may also name a port by its table.
 */
export const namesOf = (job: BuildJob): Names => {
  const { inputPorts } = job.product
  const published = new Set(job.parent?.tables.map((table) => table.name))
  return {
    source(name, table) {
      const port = inputPorts.find((one) => one.name === name) ?? inputPorts.find((one) => one.name === table)
      if (port === undefined) {
        const there = inputPorts.map((one) => one.name).join(', ') || 'none'
        throw new MeshError('model-refused', {
          model: `source('${name}', '${table}')`,
          why: `there is no input port ${name}; there are: ${there}`,
        })
      }
      return `${quoteIdent(port.name)}.${quoteIdent(isFilePort(port) ? port.name : table)}`
    },
    ref: quoteIdent,
    self: selfRelation,
    continues: (model) => !job.params.fullRefresh && (published.has(model) || published.has(mainTable(job.product))),
  }
}
