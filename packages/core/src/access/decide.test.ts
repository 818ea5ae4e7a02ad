import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Action, type Actor, actions, decide, type Grant, type Resource, type Role, roles } from './index.ts'

const now = new Date('2026-01-15T12:00:00Z')
const later = new Date('2026-02-01T00:00:00Z')
const before = new Date('2026-01-01T00:00:00Z')
const actor = (...held: { role: Role; domain?: string }[]): Actor => ({
  id: 'ada',
  name: 'Ada',
  kind: 'person',
  roles: held,
})
const consumer = actor({ role: 'consumer' })
const salesOwner = actor({ role: 'domain-owner', domain: 'sales' })
const salesSteward = actor({ role: 'data-steward', domain: 'sales' })

const orders: Resource = {
  domain: 'sales',
  product: 'sales/orders',
  classification: 'internal',
  piiColumns: ['email'],
  status: 'active',
  owner: 'sales-team',
  readers: [],
}
const grant: Grant = {
  id: 'g1',
  product: 'sales/orders',
  ports: [],
  principal: 'ada',
  role: null,
  purpose: 'forecast',
  until: later,
}
const ask = (who: Actor | null, action: Action, resource: Resource = orders, grants: Grant[] = [], purpose?: string) =>
  decide({ actor: who, action, resource, now, ...(purpose ? { purpose } : {}) }, { grants })

describe('reading data', () => {
  test('a consumer reads an internal product with personal columns masked', () => {
    expect(ask(consumer, 'data:read')).toMatchObject({ allow: true, masks: [{ column: 'email', how: 'redact' }] })
  })
  test('the owner of the domain reads it as it is', () => {
    expect(ask(salesOwner, 'data:read')).toMatchObject({ allow: true, masks: [] })
  })
  test('a confidential product needs a grant, and the refusal says whom to ask', () => {
    const secret: Resource = { ...orders, classification: 'confidential' }
    const refused = ask(consumer, 'data:read', secret)
    expect(refused.allow).toBe(false)
    expect(refused.because).toBe('sales/orders is confidential and you hold no live grant; ask sales-team for access')
    expect(ask(consumer, 'data:read', secret, [grant]).allow).toBe(true)
    expect(ask(consumer, 'data:read', secret, [{ ...grant, until: before }]).allow).toBe(false)
    expect(ask(consumer, 'data:read', secret, [{ ...grant, until: now }]).allow).toBe(false)
    expect(ask(consumer, 'data:read', secret, [grant], 'marketing').because).toContain('no live grant for marketing')
    expect(ask(consumer, 'data:read', { ...secret, port: 'files' }, [{ ...grant, ports: ['api'] }]).allow).toBe(false)
    expect(ask(consumer, 'data:read', secret, [{ ...grant, ports: ['api'] }]).allow).toBe(true)
    expect(ask(consumer, 'data:read', { ...secret, port: 'api' }, [{ ...grant, ports: ['api'] }]).allow).toBe(true)
  })
  test('a grant to a team or to a role counts for who belongs to it', () => {
    const secret: Resource = { ...orders, classification: 'restricted' }
    const member: Actor = { ...consumer, id: 'bo', teams: ['analytics'] }
    expect(ask(member, 'data:read', secret, [{ ...grant, principal: 'analytics' }]).allow).toBe(true)
    expect(ask(member, 'data:read', secret, [{ ...grant, principal: null, role: 'consumer' }]).allow).toBe(true)
    expect(ask(member, 'data:read', secret, [{ ...grant, principal: null, role: 'data-steward' }]).allow).toBe(false)
  })
  test('readers of the manifest say who reads without a grant', () => {
    const named: Resource = { ...orders, classification: 'confidential', readers: ['analytics'] }
    expect(ask({ ...consumer, teams: ['analytics'] }, 'data:read', named).allow).toBe(true)
    expect(ask(consumer, 'data:read', named).allow).toBe(false)
    expect(ask(consumer, 'data:read', { ...named, classification: 'internal' }).allow).toBe(false)
    expect(ask(consumer, 'data:read', { ...named, classification: 'public' }).allow).toBe(true)
    expect(ask(consumer, 'data:read', { ...named, readers: ['everyone'] }).allow).toBe(true)
  })
  test('a product whose sensitivity nobody stated is treated as restricted', () => {
    const { classification: _, ...unknown } = orders
    expect(ask(consumer, 'data:read', unknown).allow).toBe(false)
  })
  test('a steward samples every product of the domain masked, but reads rows like a consumer', () => {
    const secret: Resource = { ...orders, classification: 'restricted' }
    expect(ask(salesSteward, 'data:sample', secret)).toMatchObject({ allow: true, masks: [{ column: 'email' }] })
    expect(ask(salesSteward, 'data:read', secret).allow).toBe(false)
    expect(ask(actor({ role: 'data-steward', domain: 'hr' }), 'data:sample', secret).allow).toBe(false)
    expect(ask(actor({ role: 'data-steward' }), 'data:sample', secret).allow).toBe(true)
  })
})

describe('finding and managing', () => {
  test('a draft is seen by its own domain only', () => {
    const draft: Resource = { ...orders, status: 'draft' }
    expect(ask(consumer, 'product:read', draft).allow).toBe(false)
    expect(ask(consumer, 'data:read', draft, [grant]).allow).toBe(false)
    expect(ask(salesSteward, 'product:read', draft).allow).toBe(true)
    expect(ask(salesOwner, 'data:read', draft).allow).toBe(true)
    expect(ask(actor({ role: 'domain-owner', domain: 'hr' }), 'product:read', draft).allow).toBe(false)
  })
  test('the domain of a product is known from its id even when nobody says it', () => {
    const bare: Resource = { product: 'sales/orders', status: 'draft' }
    expect(ask(actor({ role: 'domain-owner', domain: 'hr' }), 'product:read', bare).allow).toBe(false)
    expect(ask(actor({ role: 'domain-owner', domain: 'hr' }), 'product:publish', bare).allow).toBe(false)
    expect(ask(salesOwner, 'product:publish', bare).allow).toBe(true)
  })
  test('asked in general an owner may manage, asked for another domain not', () => {
    expect(ask(salesOwner, 'product:manage', {}).allow).toBe(true)
    expect(ask(salesOwner, 'product:manage', { domain: 'hr' }).allow).toBe(false)
    expect(ask(consumer, 'product:manage', {}).allow).toBe(false)
  })
  test('a binding that makes no sense opens nothing', () => {
    expect(ask(actor({ role: 'platform-admin', domain: 'sales' }), 'platform:manage').allow).toBe(false)
    expect(ask(actor({ role: 'domain-owner' }), 'product:publish').allow).toBe(false)
    expect(ask(actor(), 'product:read').because).toContain('no role')
  })
})

const someDomain = fc.constantFrom('sales', 'hr', 'flight')
const someBinding = fc.record({ role: fc.constantFrom(...roles), domain: fc.option(someDomain, { nil: undefined }) })
const someActor = fc
  .array(someBinding, { maxLength: 4 })
  .map((held): Actor => actor(...held.map(({ role, domain }) => (domain === undefined ? { role } : { role, domain }))))
const someResource: fc.Arbitrary<Resource> = fc.record({
  domain: fc.constant('sales'),
  product: fc.constant('sales/orders'),
  classification: fc.constantFrom('public', 'internal', 'confidential', 'restricted'),
  piiColumns: fc.subarray(['email', 'phone']),
  status: fc.constantFrom('draft', 'active', 'deprecated'),
  readers: fc.subarray(['everyone', 'ada', 'consumer']),
})
const someGrants = fc.array(
  fc.record({
    id: fc.constant('g'),
    product: fc.constantFrom('sales/orders', 'hr/people'),
    ports: fc.constant<string[]>([]),
    principal: fc.constantFrom('ada', 'bo'),
    role: fc.constant(null),
    purpose: fc.constant('forecast'),
    until: fc.constantFrom(before, later, null),
  }),
  { maxLength: 3 },
)
const someAction = fc.constantFrom(...actions)

describe('laws', () => {
  test('anonymous gets health and sign-in, whatever is asked and granted', () => {
    fc.assert(
      fc.property(someAction, someResource, someGrants, (action, resource, grants) => {
        expect(ask(null, action, resource, grants).allow).toBe(
          action === 'platform:health' || action === 'identity:sign-in',
        )
      }),
    )
  })
  test('a platform admin may do everything, unmasked', () => {
    fc.assert(
      fc.property(someActor, someAction, someResource, (who, action, resource) => {
        const boss = { ...who, roles: [...who.roles, { role: 'platform-admin' as const }] }
        expect(ask(boss, action, resource)).toMatchObject({ allow: true, masks: [] })
      }),
    )
  })
  test('masks never vanish by another role or grant, unless it is to own the domain or the platform', () => {
    fc.assert(
      fc.property(someActor, someBinding, someResource, someGrants, (who, more, resource, grants) => {
        fc.pre(!(more.role === 'platform-admin' || (more.role === 'domain-owner' && more.domain === 'sales')))
        const was = ask(who, 'data:read', resource)
        const extra = more.domain === undefined ? { role: more.role } : { role: more.role, domain: more.domain }
        const is = ask({ ...who, roles: [...who.roles, extra] }, 'data:read', resource, grants)
        if (was.allow) expect(is.masks).toEqual(was.masks)
      }),
    )
  })
  test('one more role or grant never takes a right away', () => {
    fc.assert(
      fc.property(
        someActor,
        someBinding,
        someAction,
        someResource,
        someGrants,
        (who, more, action, resource, grants) => {
          const extra = more.domain === undefined ? { role: more.role } : { role: more.role, domain: more.domain }
          const is = ask({ ...who, roles: [...who.roles, extra] }, action, resource, grants)
          expect(is.allow || !ask(who, action, resource).allow).toBe(true)
        },
      ),
    )
  })
  test('deny wins: no grant opens a draft, and none reaches another product or outlives its end', () => {
    fc.assert(
      fc.property(someActor, someResource, someGrants, (who, resource, grants) => {
        const dead = grants.filter(
          (each) => each.until === before || each.product !== 'sales/orders' || each.principal !== 'ada',
        )
        expect(ask(who, 'data:read', resource, dead)).toEqual(ask(who, 'data:read', resource))
        const draft: Resource = { ...resource, status: 'draft' }
        expect(ask(who, 'data:read', draft, grants)).toEqual(ask(who, 'data:read', draft))
      }),
    )
  })
  test('a refusal says nothing of the data and always says why', () => {
    fc.assert(
      fc.property(someActor, someAction, someResource, (who, action, resource) => {
        const decision = ask(who, action, resource)
        expect(decision.because.length).toBeGreaterThan(5)
        if (!decision.allow) expect([decision.masks, decision.rowFilter]).toEqual([[], null])
      }),
    )
  })
})
