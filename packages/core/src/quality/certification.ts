import type { Lineage } from '../lineage/index.ts'
import type { DataProduct } from '../manifest/model.ts'

/** From the lowest to the highest; each holds what the ones below hold. */
export const tiers = ['bronze', 'silver', 'gold'] as const
export type TierName = (typeof tiers)[number]

/** A promised level and what was measured of it; null: not measured. */
export type LevelFacts = { name: string; written: string; met: boolean | null; enforced: boolean; because: string }

/** What certification is judged from; whoever asks loads it. */
export type CertificationFacts = {
  /** As the current release says it. */
  product: Pick<
    DataProduct,
    'id' | 'owner' | 'description' | 'documentation' | 'links' | 'schema' | 'inputPorts' | 'lineage'
  >
  /** The head; null: never published. */
  published: {
    tables: readonly {
      name: string
      columns: readonly { name: string; type: string; description: string }[]
    }[]
    checks: { total: number; passed: number; warned: number }
    /** Models whose columns could not be followed. */
    unknown: Lineage['unknown']
  } | null
  levels: readonly LevelFacts[]
}

/** One thing that a tier needs and the product has not: a sentence, and what to write where. */
export type Missing = { what: string; fix: string }
export type Certification = { tier: TierName; held: boolean; missing: Missing[] }[]

type Rule = (facts: CertificationFacts) => Missing[]

/** Rule: docs/guide/certification.md */
const rules: Readonly<Record<TierName, readonly Rule[]>> = {
  bronze: [isPublished, hasOwner, hasChecks, checksPass],
  silver: [declaresWhatItPublishes, promises, keepsItsPromises],
  gold: [isDescribed, describesColumns, isDocumented, declaresInputs, isFollowed],
}

/** Level by level what holds and what is missing. A tier is held only when those below it are. */
export const certify = (facts: CertificationFacts): Certification => {
  let held = true
  return tiers.map((tier) => {
    const missing = rules[tier].flatMap((rule) => rule(facts))
    held = held && missing.length === 0
    return { tier, held, missing }
  })
}

/** The highest tier that is held; null: not even bronze. */
export const tierOf = (certification: Certification): TierName | null =>
  certification.findLast((each) => each.held)?.tier ?? null

/** The tier that is left when a service level is not met: everything but the levels was judged before. */
export const tierWithout = (levels: readonly LevelFacts[], certifiable: TierName | null): TierName | null =>
  certifiable === null || levels.every((level) => level.met === true) ? certifiable : 'bronze'

function isPublished({ product, published }: CertificationFacts): Missing[] {
  return published ? [] : [{ what: 'Nothing is published yet.', fix: `datamesh publish ${product.id}` }]
}

function hasOwner({ product }: CertificationFacts): Missing[] {
  return product.owner.trim() === ''
    ? [{ what: 'Nobody owns it.', fix: 'Write the team into metadata.owner of the manifest.' }]
    : []
}

function hasChecks({ published }: CertificationFacts): Missing[] {
  return published && published.checks.total === 0
    ? [
        {
          what: 'No check proves its data.',
          fix: 'Write rules into spec.quality_checks of the manifest, for instance { type: not_null, columns: [id] }, and publish.',
        },
      ]
    : []
}

function checksPass({ product, published }: CertificationFacts): Missing[] {
  if (!published) return []
  const { total, passed, warned } = published.checks
  const rest = total - passed - warned
  return rest > 0
    ? [
        {
          what: `${rest} of ${total} checks did not pass in the newest snapshot.`,
          fix: `Mend what they found, then: datamesh publish ${product.id}`,
        },
      ]
    : []
}

function declaresWhatItPublishes({ product, published }: CertificationFacts): Missing[] {
  if (!published) return [{ what: 'No published table confirms the schema.', fix: `datamesh publish ${product.id}` }]
  return published.tables.flatMap(({ name, columns }) => {
    const declared = new Set(fieldsOf(product, name).map((field) => field.name.toLowerCase()))
    const rest = columns.filter((column) => !declared.has(column.name.toLowerCase()))
    if (rest.length === 0) return []
    const first = rest[0] as (typeof rest)[number]
    return [
      {
        what: `${name} publishes ${someOf(rest.map((column) => column.name))} without declaring ${rest.length === 1 ? 'it' : 'them'}.`,
        fix: `Add to the fields of ${name} in spec.schema: { name: ${first.name}, type: ${first.type.toLowerCase()}, description: … }`,
      },
    ]
  })
}

function promises({ levels }: CertificationFacts): Missing[] {
  return levels.length === 0
    ? [{ what: 'No service level is promised.', fix: 'Write one into spec.sla of the manifest: freshness: 24 hours' }]
    : []
}

function keepsItsPromises({ levels }: CertificationFacts): Missing[] {
  return levels
    .filter((level) => level.met !== true)
    .map(({ name, written, met, enforced, because }) => {
      if (!enforced)
        return {
          what: `Nothing here measures the promised ${name} (${written}).`,
          fix: `Move ${name} from spec.sla to spec.documentation.`,
        }
      if (met === null)
        return {
          what: `The ${name} is not measured yet (${because}).`,
          fix:
            name === 'latency'
              ? 'Read it: the answers of the last minute are measured.'
              : 'Wait a minute: what is published is measured every minute.',
        }
      return {
        what: `The ${name} is not as promised (${written}).`,
        fix: `Mend the cause, or promise in spec.sla.${name} what can be kept.`,
      }
    })
}

function isDescribed({ product }: CertificationFacts): Missing[] {
  return product.description.trim() === ''
    ? [{ what: 'It is not described.', fix: 'Say in metadata.description what one row is and what it is good for.' }]
    : []
}

function describesColumns({ product, published }: CertificationFacts): Missing[] {
  const tables = published?.tables ?? []
  return tables.flatMap(({ name, columns }) => {
    const fields = new Map(fieldsOf(product, name).map((field) => [field.name.toLowerCase(), field.description]))
    const rest = columns.filter((column) => (fields.get(column.name.toLowerCase()) || column.description).trim() === '')
    if (rest.length === 0) return []
    return [
      {
        what: `${rest.length === 1 ? 'Column' : 'Columns'} ${someOf(rest.map((column) => column.name))} of ${name} ${rest.length === 1 ? 'has' : 'have'} no description.`,
        fix: `Write description: … beside each of them in spec.schema.`,
      },
    ]
  })
}

function isDocumented({ product }: CertificationFacts): Missing[] {
  return Object.values(product.documentation).every((text) => text.trim() === '') && (product.links ?? []).length === 0
    ? [
        {
          what: 'No page tells more about it.',
          fix: 'Put a README.md beside the manifest and name it: spec.documentation: { readme: README.md }',
        },
      ]
    : []
}

function declaresInputs({ product }: CertificationFacts): Missing[] {
  return product.inputPorts.length === 0 && product.lineage.upstream.length === 0
    ? [{ what: 'It does not say where its data comes from.', fix: 'Declare its sources in spec.input_ports.' }]
    : []
}

function isFollowed({ published }: CertificationFacts): Missing[] {
  return (published?.unknown ?? []).map(({ model, reason }) => ({
    what: `Columns of ${model} could not be followed to their source: ${reason}.`,
    fix: `Write ${model} with operators whose columns can be followed, then publish.`,
  }))
}

const fieldsOf = ({ schema }: Pick<DataProduct, 'schema'>, table: string) => schema.tables[table]?.fields ?? []

/** `a, b, c and 4 more` */
const someOf = (names: readonly string[]): string =>
  names.length <= 4 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
