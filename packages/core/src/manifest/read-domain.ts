import { globalScope } from '../policy/definition.ts'
import { RawDomain, RawMesh, RawOwnershipMap } from './document.ts'
import { type Loose, type Notes, shape } from './issues.ts'
import type { Domain, Mesh } from './model.ts'
import { checkName, checkTwice } from './names.ts'
import { textsOf } from './read-product.ts'
import { list } from './read-schema.ts'
import { checkTimezone, readSchedule } from './read-transforms.ts'
import type { Path } from './yaml.ts'

type Keys = NonNullable<Loose<RawDomain>['spec']>

export function readDomain(value: unknown, notes: Notes): Domain {
  const raw = shape(RawDomain, value, notes)
  const { metadata = {}, spec = {} } = raw
  const team = spec.team ?? metadata.owner
  if (!team)
    notes.error('key-missing', ['spec', 'team'], 'nobody owns the domain', 'write team: <the team that owns it>')
  return {
    ...domainOf(
      checkName(metadata.name, ['metadata', 'name'], notes),
      team ?? '',
      { ...spec, description: spec.description ?? metadata.description },
      ['spec'],
      notes,
    ),
    ...(metadata.title === undefined ? {} : { title: metadata.title }),
    ...(metadata.labels === undefined ? {} : { labels: textsOf(metadata.labels) }),
  }
}

/** An ownership map: `domains:` by name, without apiVersion and kind. */
export function readOwnershipMap(value: unknown, notes: Notes): Domain[] {
  const raw = shape(RawOwnershipMap, value, notes)
  return Object.entries(raw.domains ?? {}).flatMap(([name, from]) => {
    if (!from) return []
    const path: Path = ['domains', name]
    const team = from.owner_team ?? from.team
    if (!team)
      notes.error(
        'key-missing',
        [...path, 'owner_team'],
        `nobody owns the domain ${name}`,
        'write owner_team: <the team that owns it>',
      )
    return [domainOf(checkName(name, path, notes), team ?? '', from, path, notes)]
  })
}

function domainOf(name: string, team: string, from: Keys, path: Path, notes: Notes): Domain {
  const parent = from.parent === undefined ? undefined : checkName(from.parent, [...path, 'parent'], notes)
  if (name === globalScope)
    notes.error(
      'name-invalid',
      path,
      'global is the scope of policies that hold everywhere',
      'give the domain another name',
    )
  if (parent === name)
    notes.error(
      'value-invalid',
      [...path, 'parent'],
      'the domain is its own parent',
      'write the domain that it is part of, or remove the key',
    )
  const announced: Domain['announced'] = []
  const names: [string, Path][] = []
  for (const [index, product] of (from.data_products ?? []).entries()) {
    const written = typeof product === 'string' ? product : product?.name
    if (written === undefined) continue
    const at: Path = [...path, 'data_products', index, ...(typeof product === 'string' ? [] : ['name'])]
    const productName = checkName(written, at, notes)
    names.push([productName, at])
    announced.push({ name: productName, description: typeof product === 'string' ? '' : (product?.description ?? '') })
  }
  checkTwice(names, 'product', notes)
  const { product_owner, technical_lead, data_steward } = from.roles ?? {}
  return {
    kind: 'Domain',
    name,
    team,
    description: from.description ?? '',
    alignment: from.alignment ?? 'source-aligned',
    domainKind: from.kind ?? 'supporting',
    ...(parent === undefined ? {} : { parent }),
    sourceSystems: list(from.source_systems),
    roles: {
      ...(product_owner === undefined ? {} : { productOwner: product_owner }),
      ...(technical_lead === undefined ? {} : { technicalLead: technical_lead }),
      ...(data_steward === undefined ? {} : { dataSteward: data_steward }),
    },
    responsibilities: list(from.responsibilities),
    announced,
  }
}

export function readMesh(value: unknown, notes: Notes): Mesh {
  const raw = shape(RawMesh, value, notes)
  const spec = raw.spec ?? {}
  const or = (written: string[], otherwise: string[]) => (written.length > 0 ? written : otherwise)
  return {
    kind: 'Mesh',
    name: checkName(raw.metadata?.name, ['metadata', 'name'], notes),
    description: raw.metadata?.description ?? '',
    domains: or(list(spec.domains), ['domains/*.yaml']),
    products: or(list(spec.products), ['**/dataproduct.yaml']),
    policies: or(list(spec.policies), ['policies/*.yaml']),
    inputRoots: or(list(spec.input_roots), ['.']),
    timezone: spec.timezone === undefined ? 'UTC' : checkTimezone(spec.timezone, ['spec', 'timezone'], notes),
    ...(spec.schedule === undefined ? {} : { schedule: readSchedule(spec.schedule, ['spec', 'schedule'], notes) }),
    vars: (spec.vars as Record<string, unknown> | undefined) ?? {},
    ...(spec.url === undefined ? {} : { url: spec.url }),
  }
}
