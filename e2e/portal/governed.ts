import type { Client } from '@datamesh/sdk'
import { ended, refOf } from './mesh.ts'

const dayMs = 86_400_000

type Written = {
  name: string
  title: string
  description: string
  rego: string
  domain?: string
  severity: string
  mode: string
}

const written: readonly Written[] = [
  {
    ...{ name: 'retention-written', title: 'Retention is written down', severity: 'block', mode: 'block' },
    description: 'A product says how long its data is kept.',
    rego: `package mesh.retention

# How long data is kept is a promise as well.
deny contains {
	"msg": "nobody says how long the data is kept",
	"path": "spec.sla",
	"fix": "write retention: 2 years under spec.sla",
} if {
	not input.spec.sla.retention
	input.metadata.domain in {"safety", "network-planning"}
}
`,
  },
  {
    ...{ name: 'columns-described', title: 'Columns are described', severity: 'warn', mode: 'warn' },
    description: 'Every column says what it means, in more than a word or two.',
    rego: `package mesh.columns_described

deny contains {
	"msg": sprintf("column %s says too little about itself", [field.name]),
	"path": sprintf("spec.schema.fields[%d]", [i]),
	"fix": "write description: what the value means, and its unit",
} if {
	some i, field in input.spec.schema.fields
	not described(field)
	input.metadata.domain in {"flight-operations", "passenger-insight", "meteorology"}
}

described(field) if count(object.get(field, "description", "")) >= 20
`,
  },
  {
    ...{ name: 'fresh-daily', title: 'Fresh every day', severity: 'warn', mode: 'shadow' },
    description: 'A product promises data that is at most a day old.',
    rego: `package mesh.fresh

deny contains {"msg": "promises no freshness of a day", "path": "spec.sla", "fix": "write freshness: 24 hours"} if {
	not input.spec.sla.freshness in {"24 hours", "2 hours"}
}
`,
  },
  {
    ...{ name: 'steward-named', title: 'A steward is named', severity: 'warn', mode: 'warn', domain: 'safety' },
    description: 'Reports of incidents name who answers for their meaning.',
    rego: `package safety.steward

deny contains {"msg": "no data steward answers for it", "path": "metadata", "fix": "write steward: <who>"} if {
	not input.metadata.steward
}
`,
  },
]

const filesOf = ({ name, title, description, rego, domain, severity, mode }: Written): Record<string, string> => {
  const under = /^package (\S+)/.exec(rego)?.[1] ?? ''
  const file = name.replaceAll('-', '_')
  return {
    [`${file}.rego`]: rego,
    [`${file}_test.rego`]: `package ${under}_test

import data.${under}

test_what_says_nothing_is_looked_at if count(data.${under}.deny) >= 0 with input as {"metadata": {}, "spec": {}}
`,
    [`${file}.yaml`]: `apiVersion: datamesh/v1
kind: Policy
metadata:
  name: ${name}
  title: ${title}
${domain === undefined ? '' : `  domain: ${domain}\n`}  owner: ${domain ?? 'data-governance'}
  description: ${description}
spec:
  when: [plan, schedule]
  severity: ${severity}
  mode: ${mode}
  rego: ${file}.rego
  tests: ${file}_test.rego
`,
  }
}

/** Rules of people's own, exceptions from them, and columns that wait for a steward. */
export async function govern(admin: Client, rosa: Client): Promise<void> {
  await publishGuests(rosa)
  await admin.call('applyPolicies', {
    body: {
      files: Object.assign({}, ...written.map(filesOf)),
      dryRun: false,
      reason: 'Agreed in the guild of October',
    },
  })
  await judged(admin)
  const until = (days: number) => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10)
  for (const [policy, product, days, reason] of [
    [
      'global/retention-written',
      'network-planning/airport-360',
      4,
      'Terms of storage are negotiated; agreed with legal',
    ],
    [
      'global/columns-described',
      'meteorology/weather',
      40,
      'The descriptions come with the next release of the source',
    ],
    ['global/documented', 'reference/airports', 90, 'It moves from the wiki, one page is missing still'],
  ] as const)
    await admin.call('grantWaiver', {
      body: { policy, product, path: null, owner: product.split('/')[0] ?? '', reason, until: until(days) },
    })
}

/** What was looked at before the policies came says nothing about them. */
async function judged(admin: Client): Promise<void> {
  for (const by = Date.now() + 60_000; Date.now() < by; ) {
    const { policies } = await admin.call('listPolicies', { query: {} })
    if (written.every(({ name }) => (policies.find((each) => each.name === name)?.judged ?? 0) > 0)) return
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}

/** Personal data in columns whose names do not all say so; waits for the guesses, which come after the publish. */
export async function publishGuests(rosa: Client): Promise<void> {
  const id = 'flight-operations/guests'
  const manifest = `apiVersion: datamesh/v1
kind: DataProduct
metadata: { name: guests, domain: flight-operations, owner: flight-operations, description: Guests of the lounge and how they are reached }
spec:
  output_ports: [{ name: api, type: rest }]
  transforms: { models: models, materialization: full }
  access_control: { classification: internal }
`
  const sql = `select
  i as id,
  'user' || i || '@example.org' as reach,
  '+1 206 555 ' || lpad(cast(i as varchar), 4, '0') as phone,
  'open' as state
from range(200) t(i)
`
  await rosa.call('applyProduct', { body: { files: { 'dataproduct.yaml': manifest, 'models/guests.sql': sql } } })
  const run = await rosa.call('publish', { params: refOf(id), body: {} })
  const { state } = await ended(rosa, run.id)
  if (state !== 'succeeded') throw new Error(`guests ${state}`)
  for (const by = Date.now() + 60_000; Date.now() < by; ) {
    const { proposals } = await rosa.call('listProposals', { query: { product: id } })
    if (proposals.length > 0) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
