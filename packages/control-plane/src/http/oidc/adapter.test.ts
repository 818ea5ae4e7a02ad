import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStore, type Store } from '../../store/index.ts'
import { newTestDir } from '../../store/testing/store.ts'
import { adapterFor, collectRecords } from './adapter.ts'

let dir: string
let store: Store
let time = new Date('2026-01-01T00:00:00Z')
let takenBack = 0
const open = () => openStore({ url: `pglite:${dir}`, clock: { now: () => time }, durable: false })
const kept = (kind: string) =>
  adapterFor({
    store,
    now: () => time,
    takenBack: async () => {
      takenBack += 1
    },
    usedUp: () => new Error('used up'),
  })(kind)

beforeAll(async () => {
  dir = await newTestDir()
  store = await open()
})
afterAll(async () => {
  await store?.[Symbol.asyncDispose]()
  rmSync(dir, { recursive: true, force: true, maxRetries: 3 })
})

describe('what the issuer keeps', () => {
  test('is there after a restart, and can be found by its session', async () => {
    await kept('RefreshToken').upsert('r1', { grantId: 'g1', accountId: 'ada', jti: 'r1' }, 3_600)
    await kept('Session').upsert('s1', { uid: 'u1', jti: 's1' }, 3_600)
    await store[Symbol.asyncDispose]()
    store = await open()
    expect(await kept('RefreshToken').find('r1')).toMatchObject({ grantId: 'g1', accountId: 'ada' })
    expect(await kept('Session').findByUid('u1')).toMatchObject({ jti: 's1' })
    // kinds do not mix
    expect(await kept('AuthorizationCode').find('r1')).toBeUndefined()
  })
  test('is used once: of many at the same time one wins', async () => {
    await kept('AuthorizationCode').upsert('c1', { grantId: 'g1', jti: 'c1' }, 60)
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => kept('AuthorizationCode').consume('c1')))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await kept('AuthorizationCode').find('c1')).toMatchObject({ consumed: time.getTime() / 1000 })
  })
  test('is taken back with its grant, and whoever remembers tokens is told', async () => {
    await kept('Grant').upsert('g1', { accountId: 'ada', jti: 'g1' }, 3_600)
    await kept('RefreshToken').revokeByGrantId('g1')
    expect(await kept('RefreshToken').find('r1')).toBeUndefined()
    const before = takenBack
    await kept('Grant').destroy('g1')
    expect([await kept('Grant').find('g1'), takenBack]).toEqual([undefined, before + 1])
  })
  test('ends in time, and is collected', async () => {
    await kept('Interaction').upsert('i1', { jti: 'i1' }, 600)
    time = new Date(time.getTime() + 601_000)
    expect(await kept('Interaction').find('i1')).toBeUndefined()
    expect(await collectRecords(store, time)).toBeGreaterThan(0)
    const { rows } = { rows: await store.db.selectFrom('oidc_record').select('id').where('id', '=', 'i1').execute() }
    expect(rows).toEqual([])
  })
  test.each(['', '\0', "' or 1=1", 'a'.repeat(1_000), '../x', '\ud800'])(
    'is not looked for by what is no id: %j',
    async (id) => {
      expect(await kept('Session').find(id)).toBeUndefined()
      expect(await kept('Session').findByUid(id)).toBeUndefined()
      expect(await kept('Client').find(id)).toBeUndefined()
      await kept('Session').destroy(id)
    },
  )
})
