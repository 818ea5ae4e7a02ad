/** Always the same numbers: both sides see the same manifests. */
const numbers = (seed: number) => () => {
  seed = (seed * 1_664_525 + 1_013_904_223) % 4_294_967_296
  return seed / 4_294_967_296
}

const words =
  'order customer price amount created_at updated_at email phone country region status currency quantity label channel birth_date cost fee Score lat'.split(
    ' ',
  )
const types = [
  'uuid',
  'bigint',
  'varchar',
  'varchar',
  'varchar',
  'decimal(18,2)',
  'timestamptz',
  'timestamp',
  'boolean',
  'date',
  'double',
  'money',
]

/** `n` manifests with some 8 to 30 fields each; about every second breaks some rule. */
export const manifests = (n: number): unknown[] => {
  const next = numbers(7)
  const one = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T
  const chance = (share: number): boolean => next() < share
  return Array.from({ length: n }, (_, at) => {
    const fields = Array.from({ length: 8 + Math.floor(next() * 23) }, (_, i) => {
      const name = i === 0 ? 'id' : `${one(words)}${chance(0.9) ? `_${i}` : ''}`
      const personal = /email|phone|birth/.test(name)
      return {
        name,
        type: name.includes('_at') ? one(['timestamptz', 'timestamptz', 'timestamp']) : one(types),
        ...(i === 0 ? { primary_key: true } : {}),
        ...(chance(0.9) ? { description: `the ${name} as the source system knows it` } : {}),
        ...(personal ? { tags: ['pii'], ...(chance(0.7) ? { encryption: 'AES-256-GCM' } : {}) } : { tags: [] }),
      }
    })
    const name = chance(0.95) ? `${one(words).replaceAll('_', '-').toLowerCase()}-${at}` : `Product_${at}`
    const domain = one(['sales', 'finance', 'risk', 'care'])
    return {
      kind: 'DataProduct',
      metadata: {
        name,
        domain,
        ...(chance(0.95) ? { owner: one([`${domain}-team`, `${domain}-team`, 'joe']) } : {}),
        description: chance(0.8) ? 'Every change of the subject, reconciled with the ledger each night.' : 'short',
        version: one(['1.0.0', '1.4.2', '0.0.9', 'first']),
        tags: [`domain:${domain}`, ...(chance(0.8) ? [`tier:${one(['gold', 'silver', 'lead'])}`] : [])],
        contacts: [
          { kind: 'chat', value: '#data' },
          ...(chance(0.8) ? [{ kind: 'email', value: one(['team@example.com', 'team at example']) }] : []),
        ],
      },
      spec: {
        classification: one(['public', 'internal', 'confidential', 'restricted', 'secret']),
        alignment: one(['source-aligned', 'consumer-aligned']),
        schedule: one(['hourly', 'daily', 'weekly']),
        retention: one(['90d', '7y', '3y', 'forever']),
        sla: { availability: one(['99.9%', '98%', '99%']), freshness_seconds: Math.floor(next() * 200_000) },
        ...(chance(0.1)
          ? {
              deprecated: {
                announced: '2026-01-01T00:00:00Z',
                ends: `2026-0${1 + Math.floor(next() * 3)}-20T00:00:00Z`,
              },
            }
          : {}),
        schema: { fields },
        checks: fields
          .filter((_, i) => i < 1 + next() * 4)
          .map((each) => ({ kind: 'not-null', column: chance(0.95) ? each.name : 'gone' })),
        ports: Array.from({ length: 1 + Math.floor(next() * 3) }, (_, i) => ({
          name: `port-${i}`,
          kind: one(['rest', 'sql', 'files', 'stream']),
          access: one(['public', 'granted']),
          ...(chance(0.8) ? { description: 'what it is for' } : {}),
        })),
        inputs: Array.from({ length: Math.floor(next() * 3) }, () => ({
          ref: one(['sales/orders@3', `${domain}/${name}@1`, 'somewhere']),
        })),
      },
    }
  })
}
