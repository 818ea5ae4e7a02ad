import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inputVerdict, keepTime, proveAccess, type ReadAnswer } from '../src/access/index.ts'
import { productEntry } from '../src/catalog/index.ts'
import { hiddenMark, publishSecrets, secretFilter } from './secret_product.ts'
import { bundleOf, json, type ServedMesh, serveMesh } from './served_mesh.ts'

let mesh: ServedMesh
let owner: string
let steward: string
let admin: string
const day = 86_400_000
const nothing: ReadAnswer = { deny: [], masks: [], filters: [], routing: [] }
/** What the policies of the mesh answer; a test may change it. */
const policies = {
  generation: 0,
  none: false,
  answer: nothing as ReadAnswer | Error,
  evaluateRead() {
    if (policies.answer instanceof Error) throw policies.answer
    return policies.answer
  },
}
const says = (answer: ReadAnswer | Error) => {
  policies.answer = answer
  policies.generation += 1
}

beforeAll(async () => {
  mesh = await serveMesh({}, {}, { policies })
  await publishSecrets(mesh)
  owner = await mesh.somebody('olga', [{ role: 'domain-owner', domain: 'sales' }])
  steward = await mesh.somebody('stella', [{ role: 'data-steward', domain: 'sales' }])
  admin = await mesh.somebody('adam', [{ role: 'platform-admin' }])
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

const consumer = (id: string) => mesh.somebody(id, [{ role: 'consumer' }])
const db = () => mesh.catalog.store.db
const ask = async (token: string, more: object = {}) => {
  const response = await mesh.send('POST', '/api/v1/access', token, {
    products: ['sales/secrets'],
    purpose: 'a test of access',
    ...more,
  })
  const body = await json(response)
  return { status: response.status, title: body.title, views: body.access, id: body.access?.[0]?.id as string }
}
const decide = async (token: string, id: string, decision: string, more: object = {}) => {
  const response = await mesh.send('POST', `/api/v1/access/${id}/decision`, token, { decision, ...more })
  return { status: response.status, ...(await json(response)) }
}
const inbox = async (token: string, query = '') =>
  (await json(mesh.get(`/api/v1/access?box=inbox${query}`, token))).access.map((each: { id: string }) => each.id)
const mine = async (token: string) => (await json(mesh.get('/api/v1/access', token))).access
const rowsPath = '/api/v1/products/sales/secrets/tables/secrets/rows'
const status = async (token: string) => (await mesh.get(`${rowsPath}?limit=1`, token)).status
const eventsOf = async (id: string) =>
  (
    await db()
      .selectFrom('event')
      .select(['type', 'actor'])
      .where('data', '@>', JSON.stringify({ request: id }) as never)
      .orderBy('seq')
      .execute()
  ).map(({ type, actor }) => `${type} ${actor}`)

describe('who decides', () => {
  test('restricted data needs the owner and a steward; each word is recorded, the last one opens', async () => {
    const ann = await consumer('ann')
    const { id, views } = await ask(ann)
    expect(views[0].approvals.map(({ by }: { by: string }) => by)).toEqual(['owner', 'steward'])
    expect(await inbox(owner)).toContain(id)
    expect(await inbox(steward)).toContain(id)
    expect(await decide(steward, id, 'approve')).toMatchObject({ state: 'requested', may: ['deny'] })
    expect(await inbox(steward)).not.toContain(id)
    expect((await decide(steward, id, 'approve')).status).toBe(403)
    expect(await status(ann)).toBe(403)
    const granted = await decide(owner, id, 'approve')
    expect(granted).toMatchObject({
      state: 'granted',
      approvals: [
        { by: 'owner', approvedBy: 'olga' },
        { by: 'steward', approvedBy: 'stella' },
      ],
    })
    expect(granted.history.map(({ what, by }: { what: string; by: string }) => `${what} ${by}`)).toEqual([
      'requested ann',
      'approved stella',
      'granted olga',
    ])
    expect(await eventsOf(id)).toEqual(['access.requested ann', 'access.approved stella', 'access.granted olga'])
    expect(await status(ann)).toBe(200)
  })

  test('either of them can say no', async () => {
    const { id } = await ask(await consumer('ben'))
    await decide(owner, id, 'approve')
    expect(await decide(steward, id, 'deny', { reason: 'no legal basis' })).toMatchObject({ state: 'denied' })
  })

  test('nobody approves their own request, in whatever role, but the owner of the product', async () => {
    const both = await mesh.somebody('sam', [{ role: 'consumer' }, { role: 'data-steward', domain: 'sales' }])
    const { id } = await ask(both)
    expect(await inbox(both)).not.toContain(id)
    expect(await decide(both, id, 'approve')).toMatchObject({ status: 403, code: 'denied' })
    await db()
      .insertInto('principal')
      .values({ id: 'admins', name: 'Admins', kind: 'team', created_at: new Date() })
      .execute()
    await db().insertInto('team_member').values({ team: 'admins', principal: 'adam' }).execute()
    const again = await mesh.somebody('adam', [{ role: 'platform-admin' }])
    const team = await ask(again, { onBehalfOf: 'admins' })
    expect(await decide(again, team.id, 'approve')).toMatchObject({ status: 403, code: 'denied' })
    expect(await decide(again, id, 'approve')).toMatchObject({ state: 'granted' })
  })

  test('the manifest and policies say otherwise: at once, or by more people', async () => {
    says({ ...nothing, routing: [{ source: 'p', because: '', routing: 'automatic' }] })
    const cleo = await consumer('cleo')
    const { views } = await ask(cleo)
    expect(views[0]).toMatchObject({ state: 'granted', decidedBy: 'system', approvals: [] })
    expect(await status(cleo)).toBe(200)
    says({ ...nothing, routing: [{ source: 'p', because: '', routing: 'whoever' }] })
    const payroll = await ask(await consumer('dan'), { products: ['sales/payroll'] })
    expect(payroll.views[0].approvals).toHaveLength(2)
    says(nothing)
    expect((await ask(await consumer('dana'), { products: ['sales/payroll'] })).views[0].approvals).toHaveLength(1)
  })
})

describe('a cart', () => {
  test('asks for several products with ports of their own, all or none', async () => {
    const eve = await consumer('eve')
    const cart = {
      products: ['sales/secrets', 'sales/payroll'],
      ports: ['rows'],
      portsOf: { 'sales/payroll': ['files'] },
    }
    const { views } = await ask(eve, cart)
    expect(views.map((each: { product: string; ports: string[] }) => [each.product, each.ports])).toEqual([
      ['sales/payroll', ['files']],
      ['sales/secrets', ['rows']],
    ])
    const fay = await consumer('fay')
    expect((await ask(fay, { ...cart, portsOf: { 'sales/payroll': ['kafka'] } })).status).toBe(400)
    expect((await ask(fay, { ...cart, portsOf: { 'hr/absences': ['rows'] } })).status).toBe(400)
    expect(await mine(fay)).toEqual([])
  })
})

describe('on behalf of', () => {
  test('a machine that one owns, which then reads; others cannot ask for it', async () => {
    const gil = await consumer('gil')
    await consumer('robot')
    await db().updateTable('principal').set({ kind: 'machine' }).where('id', '=', 'robot').execute()
    const robot = await mesh.somebody('robot', [{ role: 'consumer' }])
    expect((await ask(gil, { onBehalfOf: 'robot' })).status).toBe(404)
    await db().insertInto('machine_owner').values({ machine: 'robot', owner: 'gil' }).execute()
    const { id, views } = await ask(gil, { onBehalfOf: 'robot' })
    expect(views[0]).toMatchObject({ principal: 'robot', requestedBy: 'gil', onBehalf: true })
    await decide(admin, id, 'approve')
    expect([await status(robot), await status(gil)]).toEqual([200, 403])
    const said = await json(mesh.get('/api/v1/access/explanation?product=sales/secrets&principal=robot', gil))
    expect(said).toMatchObject({ principal: 'robot', allow: true })
  })

  test('a team, of which every member reads', async () => {
    await db()
      .insertInto('principal')
      .values({ id: 'analysts', name: 'Analysts', kind: 'team', created_at: new Date() })
      .execute()
    for (const member of ['hal', 'ida']) {
      await consumer(member)
      await db().insertInto('team_member').values({ team: 'analysts', principal: member }).execute()
    }
    const [hal, ida] = [await consumer('hal'), await consumer('ida')]
    const { id } = await ask(hal, { onBehalfOf: 'analysts' })
    await decide(admin, id, 'approve')
    expect(await status(ida)).toBe(200)
    expect((await ask(await consumer('jan'), { onBehalfOf: 'analysts' })).status).toBe(404)
  })
})

describe('conditions of an approval', () => {
  test('add up, and hold on every surface', async () => {
    const kim = await consumer('kim')
    const { id } = await ask(kim, { until: '2999-01-01' })
    await decide(steward, id, 'approve', { masks: [{ column: 'note', how: 'truncate', keep: 4 }], until: '2998-01-01' })
    const view = await decide(owner, id, 'approve', {
      masks: [{ column: 'NOTE', how: 'truncate', keep: 2 }],
      rowFilter: secretFilter,
      until: '2999-06-01',
    })
    expect(view).toMatchObject({ state: 'granted', masks: [{ how: 'truncate', keep: 2 }], rowFilter: secretFilter })
    expect(view.until).toBe('2998-01-02T00:00:00.000Z')
    const page = await json(mesh.get(`${rowsPath}?limit=100`, kim))
    expect(page.data.map((row: { note: string }) => row.note)).toEqual(['QZ', 'QZ', 'QZ', 'QZ', 'QZ'])
    expect(JSON.stringify(await json(mesh.get('/api/v1/products/sales/secrets', kim)))).not.toContain(hiddenMark)
  })

  test.each([
    ['a column that there is not', { masks: [{ column: 'salary', how: 'hash' }] }],
    ['a mask that does not fit', { masks: [{ column: 'id', how: 'truncate', keep: 2 }] }],
    ['a generalisation to nothing', { masks: [{ column: 'id', how: 'generalise' }] }],
    ['a filter over a column that there is not', { rowFilter: 'salary > 1' }],
    ['a filter that reads elsewhere', { rowFilter: `exists (select 1 from read_text('/etc/passwd'))` }],
    ['two statements', { rowFilter: 'id = 1; drop table x' }],
  ])('are refused: %s', async (_, more) => {
    const { id } = await ask(await consumer(`lea-${Math.random().toString(36).slice(2)}`))
    expect((await decide(admin, id, 'approve', more)).status).toBe(400)
  })
})

describe('time', () => {
  const until = (ms: number) => new Date(Date.now() + ms).toISOString()

  test('reminds once, ends at once, and says so exactly once', async () => {
    const mia = await consumer('mia')
    const { id } = await ask(mia, { until: until(6 * day) })
    await decide(admin, id, 'approve')
    const store = mesh.catalog.store
    expect((await keepTime(store, new Date())).reminded).toBe(0)
    await Promise.all([1, 2, 3].map(() => keepTime(store, new Date(Date.now() + 5 * day))))
    await Promise.all([1, 2, 3].map(() => keepTime(store, new Date(Date.now() + 7 * day))))
    expect(await eventsOf(id)).toEqual([
      'access.requested mia',
      'access.granted adam',
      'access.ending system',
      'access.expired system',
    ])
    const [view] = await mine(mia)
    expect(view).toMatchObject({ state: 'expired', mayRenew: true })
    expect(view.history.map(({ what }: { what: string }) => what)).toEqual([
      'requested',
      'granted',
      'ending',
      'expired',
    ])
  })

  test('a renewal goes on without a gap, under the same conditions, and stops the reminder', async () => {
    const ned = await consumer('ned')
    const { id } = await ask(ned, { until: until(6 * day) })
    await decide(admin, id, 'approve', { rowFilter: secretFilter })
    expect((await mine(ned))[0]).toMatchObject({ mayRenew: true })
    const next = await ask(ned, { renews: id, until: until(60 * day) })
    expect(next.views[0]).toMatchObject({ renews: id, state: 'requested', rowFilter: secretFilter })
    await keepTime(mesh.catalog.store, new Date(Date.now() + 5 * day))
    expect(await eventsOf(id)).not.toContain('access.ending system')
    await decide(admin, next.id, 'approve')
    await keepTime(mesh.catalog.store, new Date(Date.now() + 7 * day))
    expect((await json(mesh.get(`${rowsPath}?limit=100`, ned))).data).toHaveLength(5)
    expect((await ask(await consumer('oda'), { renews: id })).status).toBe(404)
  })

  test('the history cannot be changed, not even by hand', async () => {
    await expect(db().updateTable('access_history').set({ by: 'nobody' }).execute()).rejects.toThrow(/append-only/)
    await expect(db().deleteFrom('access_history').execute()).rejects.toThrow(/append-only/)
  })
})

describe('explain', () => {
  const explained = async (token: string, query = '') =>
    json(mesh.get(`/api/v1/access/explanation?product=sales/secrets${query}`, token))

  test('tells the rules that decided, and what would make a no a yes', async () => {
    const pat = await consumer('pat')
    expect(await explained(pat)).toMatchObject({
      allow: false,
      next: 'datamesh access request sales/secrets --purpose <text>',
    })
    const { id } = await ask(pat)
    expect((await explained(pat)).next).toContain(id)
    await decide(admin, id, 'approve', { masks: [{ column: 'note', how: 'hash' }], rowFilter: secretFilter })
    const said = await explained(pat, '&table=secrets')
    expect(said.allow).toBe(true)
    expect(said.rules.map(({ rule, effect }: { rule: string; effect: string }) => `${rule} ${effect}`)).toEqual(
      expect.arrayContaining(['grant allows', 'mask masks', 'row-filter filters']),
    )
    expect(said.masks).toEqual(
      expect.arrayContaining([
        { column: 'note', how: 'hash' },
        { column: 'phone', how: 'tokenise' },
      ]),
    )
    const port = await explained(pat, '&port=rows&purpose=another%20one')
    expect(port).toMatchObject({ allow: false })
    expect(port.rules.at(-1)).toMatchObject({ effect: 'does not apply', because: 'it is for a test of access' })
  })

  test('about others is told to who decides, and agrees with what they read', async () => {
    const quin = await consumer('quin')
    expect((await mesh.get('/api/v1/access/explanation?product=sales/secrets&principal=pat', quin)).status).toBe(403)
    expect((await mesh.get('/api/v1/access/explanation?product=sales/next', quin)).status).toBe(404)
    for (const who of ['pat', 'quin', 'mia'])
      expect((await explained(owner, `&principal=${who}`)).allow).toBe((await status(await consumer(who))) === 200)
    expect((await mesh.get('/api/v1/access/explanation?product=sales/secrets&principal=nobody', owner)).status).toBe(
      404,
    )
  })
})

describe('a policy of reading', () => {
  test('denies, masks and filters over every right, and closes the read when it fails', async () => {
    const orders = '/api/v1/products/sales/orders/tables/orders/rows?limit=3'
    try {
      says({
        ...nothing,
        masks: [{ source: 'floor', because: 'amounts are secret', column: 'amount', mask: 'generalise 10' }],
      })
      expect((await json(mesh.get(orders, owner))).data.map((row: { amount: number }) => row.amount)).toEqual([0, 0, 0])
      says({ ...nothing, filters: [{ source: 'floor', because: 'only the first', condition: 'id = 2' }] })
      expect((await json(mesh.get(orders, admin))).data).toHaveLength(1)
      says({ ...nothing, deny: [{ source: 'floor', because: 'not on Fridays' }] })
      expect((await json(mesh.get(orders, owner))).title).toContain('not on Fridays')
      const said = await json(mesh.get('/api/v1/access/explanation?product=sales/orders', owner))
      expect(said.rules.at(-1)).toMatchObject({ rule: 'policy', source: 'floor', effect: 'denies' })
      for (const broken of [
        new Error('the thread ended'),
        { ...nothing, masks: [{ source: 'p', because: '', column: 'id', mask: 'hide it' }] },
        { ...nothing, filters: [{ source: 'p', because: '', condition: 'id in (select 1)' }] },
      ]) {
        says(broken)
        expect((await mesh.get(orders, admin)).status).toBe(403)
      }
    } finally {
      says(nothing)
    }
    expect((await mesh.get(orders, owner)).status).toBe(200)
  })
})

describe('tokens', () => {
  const turn = (token: string, tokens: string[]) =>
    mesh.send('POST', '/api/v1/products/sales/secrets/detokenisations', token, { tokens, purpose: 'a complaint' })

  test('are turned back for holders of the right, and it is written down', async () => {
    const [ray, rob] = [await consumer('ray'), await consumer('rob')]
    for (const [token, more] of [
      [ray, { detokenise: true }],
      [rob, {}],
    ] as const) {
      const { id } = await ask(token)
      await decide(admin, id, 'approve', more)
    }
    const phone = (await json(mesh.get(`${rowsPath}?limit=1`, rob))).data[0].phone as string
    expect((await turn(rob, [phone])).status).toBe(403)
    expect(await json(turn(ray, [phone, 'tok_none', 'x']))).toEqual({ values: ['QZPIIQZROW1', null, null] })
    const told = await db()
      .selectFrom('event')
      .select(['actor', 'data'])
      .where('type', '=', 'data.detokenised')
      .orderBy('seq')
      .execute()
    expect(told[0]).toMatchObject({ actor: 'ray', data: { tokens: 3, values: 1, purpose: 'a complaint' } })
    expect(JSON.stringify(told)).not.toContain('QZPII')
  })
})

describe('the proof that what can be read is what was approved', () => {
  test('finds nothing in a mesh where everything went its way, and everything that was changed by hand', async () => {
    const clean = await proveAccess(mesh)
    expect(clean.drift).toEqual([])
    expect(clean.asked).toBeGreaterThan(100)
    await consumer('sly')
    const by = {
      product: 'sales/secrets',
      purpose: 'by hand',
      requested_by: 'sly',
      requested_at: new Date(),
      state: 'granted' as const,
    }
    await db()
      .insertInto('access_grant')
      .values({ ...by, id: 'acc_hand', principal: 'sly' })
      .execute()
    await db().updateTable('access_grant').set({ row_filter: null }).where('principal', '=', 'ned').execute()
    await db()
      .updateTable('access_grant')
      .set({ state: 'granted', until: null })
      .where('principal', '=', 'ben')
      .execute()
    mesh.access.grantsMoved()
    const { drift } = await proveAccess(mesh)
    expect(
      drift.filter(({ port }) => port === 'rows').map(({ principal, can, approved }) => [principal, can, approved]),
    ).toEqual(
      expect.arrayContaining([
        ['sly', true, false],
        ['ben', true, false],
        ['ned', true, true],
      ]),
    )
    expect(new Set(drift.map(({ principal }) => principal))).toEqual(new Set(['sly', 'ben', 'ned']))
    const events = () => db().selectFrom('event').select('data').where('type', '=', 'access.drift').execute()
    const before = (await events()).length
    expect(before).toBe(drift.length)
    await proveAccess(mesh)
    expect(await events()).toHaveLength(before)
    expect((await json(mesh.get('/api/v1/access/drift', admin))).drift).toHaveLength(before)
  })
})

describe('a build', () => {
  test('reads as its domain does: no right, a right with conditions, a right that was taken back', async () => {
    const { applyDomains, applyProduct } = await import('../src/catalog/index.ts')
    const { domainsBundle } = await import('./served_mesh.ts')
    await applyDomains(domainsBundle('labs'), { id: 'admin' }, mesh.catalog)
    const { product } = await applyProduct(
      bundleOf('labs/study', { classification: 'internal', rows: 0 }),
      { id: 'admin' },
      mesh.catalog,
    )
    const { head } = await productEntry('sales/secrets', mesh.catalog)
    if (head === null) throw new Error('not published')
    const verdict = () => inputVerdict(product, 'input', head, { store: mesh.catalog.store, access: mesh.access })
    await expect(verdict()).rejects.toMatchObject({ code: 'input-denied', kind: 'denied' })
    const lab = await mesh.somebody('lars', [{ role: 'domain-owner', domain: 'labs' }])
    const { id } = await ask(lab)
    await decide(admin, id, 'approve', { rowFilter: secretFilter, masks: [{ column: 'note', how: 'hash' }] })
    const read = await verdict()
    expect(read).toMatchObject({ rowFilter: '("id" <= 5)', keys: { id: expect.any(String) } })
    // what the owner writes and what the grant says; personal columns by their class go into the build as they are
    expect(read?.masks.map(({ column, how }) => `${column} ${how}`).sort()).toEqual(['note hash', 'phone tokenise'])
    await decide(owner, id, 'revoke')
    await expect(verdict()).rejects.toMatchObject({ code: 'input-denied' })
    const own = await productEntry('sales/orders', mesh.catalog)
    expect(
      await inputVerdict(own.product, 'input', head, { store: mesh.catalog.store, access: mesh.access }),
    ).toBeNull()
  })
})
