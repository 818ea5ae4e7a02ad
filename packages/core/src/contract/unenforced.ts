import type { DataProduct, OutputPort } from '../manifest/index.ts'
import { type Installation, provisionOf } from '../plan/index.ts'
import { isAes256 } from './encryption.ts'

const otherCipher = 'files are encrypted with AES-256-GCM, whatever else is written; write AES-256'

/** A clause of a manifest that is kept and shown, and that nothing holds. */
export type Unenforced = { clause: string; because: string }

/** Everything that a manifest declares and an installation does not hold its product to, with the reason. Every clause is either enforced or stands here. */
export const notEnforced = (product: DataProduct, installation: Installation): Unenforced[] => {
  const clauses: Unenforced[] = []
  const add = (clause: string, because: string) => clauses.push({ clause, because })
  for (const [name, written] of Object.entries(product.sla.declared))
    add(`spec.sla.${name}: ${written}`, 'declared; nothing here measures it')
  for (const port of product.outputPorts) {
    const path = `spec.output_ports.${port.name}`
    const provision = provisionOf(port, installation)
    if (provision.here) for (const [key, because] of settingsUnheld(port)) add(`${path}.${key}`, because)
    else add(`${path}: ${port.technology}`, provision.reason)
  }
  for (const { name, source } of product.inputPorts)
    if (source.from === 'declared')
      add(
        `spec.input_ports.${name}: ${source.technology}`,
        `${source.technology} is not read here; only lineage shows it`,
      )
  for (const [name, value] of Object.entries(product.globalStandards))
    add(`spec.global_standards.${name}: ${value}`, 'declared; no check here reads it, write it as a quality check')
  const { access, schema, transforms } = product
  if (access.encryption !== undefined && !isAes256(access.encryption))
    add(`spec.access_control.encryption: ${access.encryption}`, otherCipher)
  const encrypted = Object.values(schema.tables).flatMap((table) => table.fields.filter((field) => field.encryption))
  for (const field of encrypted)
    if (!isAes256(field.encryption ?? '')) add(`encryption of ${field.name}: ${field.encryption}`, otherCipher)
  for (const key of ['registry', 'subject'] as const)
    if (schema[key] !== undefined) add(`spec.schema.${key}: ${schema[key]}`, 'no schema registry is connected')
  if (schema.compatibility.endsWith('_TRANSITIVE'))
    add(
      `spec.schema.compatibility: ${schema.compatibility}`,
      'a release is compared with the one before it, not with all of them',
    )
  if (transforms.engine !== 'duckdb')
    add(`spec.transforms.engine: ${transforms.engine}`, 'that engine is not here; the models are built by DuckDB')
  return clauses
}

/** What a served port says that its readers do not get that way. */
const settingsUnheld = (port: OutputPort): [string, string][] => {
  const said: [string, string | undefined, string][] = [
    ['location', port.location, 'readers find the port at the address that the platform gives it'],
    [
      'pagination',
      port.pagination === 'cursor' ? undefined : port.pagination,
      'pages are followed by cursors, so that none is skipped or read twice',
    ],
    ['auth', port.auth, 'every port takes the tokens of the platform'],
    ['refresh', port.refresh, 'the port shows every snapshot at once; spec.transforms.schedule says when there is one'],
    ['snapshot', port.snapshot, 'readers choose the snapshot with each request'],
    [
      'partitioned_by',
      port.partitionedBy.length > 0 ? port.partitionedBy.join(', ') : undefined,
      'files are divided by size; statistics of each file let readers skip',
    ],
    ...Object.entries(port.settings).map(([key, value]): [string, string, string] => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
      'kept and shown; nothing here acts on it',
    ]),
  ]
  return said.flatMap(([key, value, because]) => (value === undefined ? [] : [[`${key}: ${value}`, because]]))
}
