import { type ColumnGuess, type RouteName, routes } from '@datamesh/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listProposals, saveGuesses } from '../src/catalog/index.ts'
import { createClient, putPrincipal } from '../src/identity/index.ts'
import { requestPublish } from '../src/runs/index.ts'
import { json as asJson } from '../src/store/index.ts'
import { bundleOf, domainsBundle, json, type ServedMesh, serveMesh } from './served_mesh.ts'

/**
 * Who gets what, derived by hand from the rules in docs/guide/access.md: every route of the table for everybody, asked of a running
 * server. `orders` is internal, `payroll` restricted, `next` a draft, all of domain sales. `other` owns domain hr.
 *
 *   200 201 202  done             304 400 409  let in; the request itself went no further
 *   401          sign in first    403          never for this role, or known but not allowed     404  not there, or not for you
 */
const matrix = `
route / what is asked                     anonymous consumer steward owner other admin governance
healthz                                         200      200     200   200   200   200   200
readyz                                          200      200     200   200   200   200   200
signIn                                          401      401     401   401   401   401   401
openSession                                     401      401     401   401   401   401   401
closeSession                                    401      200     200   200   200   200   200
me                                              401      200     200   200   200   200   200
listKeys                                        401      200     200   200   200   200   200
createKey                                       401      201     201   201   201   201   201
createKey   for somebody else                   401      403     403   403   403   201   403
revokeKey   of somebody else                    401      404     404   404   404   200   404
listPrincipals                                  401      403     403   403   403   200   403
putPrincipal                                    401      403     403   403   403   200   403
createSignIn                                    401      403     403   403   403   201   403
authMethods                                     200      200     200   200   200   200   200
setPassword with nothing that proves it         401      401     401   401   401   401   401
listSessions                                    401      200     200   200   200   200   200
endSessions                                     401      200     200   200   200   200   200
endSessions of somebody else                    401      404     404   404   404   404   404
createClient for a machine                      401      403     403   403   403   201   403
createClient for a person                       401      403     403   403   403   400   403
listClients                                     401      403     403   403   403   200   403
revokeClient                                    401      403     403   403   403   200   403

listDomains                                     401      200     200   200   200   200   200
getDomain                                       401      200     200   200   200   200   200
applyDomain sales                               401      403     403   200   403   200   403
applyDomain a new one                           401      403     403   403   403   200   403
applyDomain sales and hr                        401      403     403   403   403   200   403

listProducts                                    401      200     200   200   200   200   200
getProduct  orders                              401      200     200   200   200   200   200
getProduct  payroll                             401      200     200   200   200   200   200
getProduct  next                                401      404     200   200   404   200   404
planProduct orders                              401      403     200   200   403   200   403
applyProduct orders                             401      403     403   200   403   200   403
listReleases orders                             401      200     200   200   200   200   200
listReleases next                               401      404     200   200   404   200   404
getRelease  orders                              401      200     200   200   200   200   200
getSchema   orders                              401      200     200   200   200   200   200
getSla      orders                              401      200     200   200   200   200   200
getLineage  orders                              401      200     200   200   200   200   200
getLineage  next                                401      404     200   200   404   200   404
search                                          401      200     200   200   200   200   200

requestAccess payroll                           401      201     201   409   201   409   201
requestAccess next                              401      404     400   409   404   409   404
previewAccess                                   401      200     200   200   200   200   200
listAccess                                      401      200     200   200   200   200   200
decideAccess  approve                           401      404     404   200   404   200   404
tryConditions                                   401      404     404   200   404   200   404
explainAccess orders                            401      200     200   200   200   200   200
explainAccess next                              401      404     200   200   404   200   404
explainAccess others of orders                  401      403     403   200   403   200   403
accessDrift                                     401      403     403   403   403   200   200
detokenise  orders                              401      403     403   200   403   200   403
detokenise  payroll                             401      403     403   200   403   200   403
detokenise  next                                401      404     403   200   404   200   404

getContract orders                              401      200     200   200   200   200   200
getContract next                                401      404     200   200   404   200   404
getQuality  orders                              401      200     200   200   200   200   200
getQuality  payroll                             401      200     200   200   200   200   200
getQuality  next                                401      404     200   200   404   200   404
getSlo      orders                              401      200     200   200   200   200   200
getSlo      next                                401      404     200   200   404   200   404
compareReleases orders                          401      200     200   200   200   200   200
compareReleases next                            401      404     200   200   404   200   404
listConsumers orders                            401      200     200   200   200   200   200
listConsumers next                              401      404     200   200   404   200   404

listSnapshots orders                            401      200     200   200   200   200   200
listSnapshots next                              401      404     200   200   404   200   404
getSnapshot orders                              401      200     200   200   200   200   200
readRows    orders                              401      200     200   200   200   200   200
readRows    payroll                             401      403     403   200   403   200   403
readRows    next                                401      404     403   200   404   200   404
getProfile  orders                              401      200     200   200   200   200   200
getProfile  payroll                             401      403     200   200   403   200   403
getProfile  next                                401      404     200   200   404   200   404
listFiles   orders                              401      200     200   200   200   200   200
listFiles   payroll                             401      403     403   200   403   200   403
getFile     orders                              401      404     404   200   404   200   404
getFile     payroll                             401      403     403   200   403   200   403

upload                                          401      403     403   201   201   201   403
proposeProduct for sales                        401      403     403   404   403   404   403
proposeDerived for sales                        401      403     403   404   403   404   403

publish     orders                              401      403     403   202   403   202   403
publish     next                                401      404     403   202   404   202   404
listRuns                                        401      200     200   200   200   200   200
getRun      of orders                           401      200     200   200   200   200   200
getRun      of next                             401      404     200   200   404   200   404
followRun   of orders                           401      200     200   200   200   200   200
followRun   of next                             401      404     200   200   404   200   404
cancelRun   of orders                           401      403     403   409   403   409   403
cancelRun   of next                             401      403     403   409   404   409   403
retryRun    of orders                           401      403     403   202   403   202   403
retryRun    of next                             401      403     403   202   404   202   403
backfill    orders                              401      403     403   202   403   202   403

followProduct orders                            401      200     200   200   200   200   200
followProduct next                              401      404     200   200   404   200   404
unfollowProduct orders                          401      200     200   200   200   200   200
unfollowProduct next                            401      404     200   200   404   200   404

listPolicies                                    401      200     200   200   200   200   200
getPolicy   global/scan                         401      200     200   200   200   200   200
applyPolicies of global/new                     401      403     403   403   403   200   200
applyPolicies of sales/own-new                      401      403     403   200   403   200   200
switchPolicy global/scan                        401      403     403   403   403   200   200
switchPolicy sales/own-scan                         401      403     403   200   403   200   200
removePolicy global/gone                        401      403     403   403   403   200   200
removePolicy sales/own-gone                         401      403     403   200   403   200   200
reportResults of global/scan                    401      403     403   403   403   200   200
reportResults of sales/own-scan                     401      403     403   200   403   200   200
evaluatePolicy                                  401      200     200   200   200   200   200
evaluatePolicy over sales/next                  401      404     200   200   404   200   404
policyImpact of global/owner-present            401      200     200   200   200   200   200
governance                                      401      200     200   200   200   200   200
listViolations                                  401      200     200   200   200   200   200
getVerdicts orders                              401      200     200   200   200   200   200
getVerdicts next                                401      404     200   200   404   200   404
listWaivers                                     401      200     200   200   200   200   200
grantWaiver from global/scan                    401      403     403   403   403   201   201
grantWaiver from sales/own-scan                     401      403     403   201   403   201   201
endWaiver   from global/scan                    401      403     403   403   403   200   200
endWaiver   from sales/own-scan                     401      403     403   200   403   200   200
meshHealth                                      401      200     200   200   200   200   200
listProposals orders                            401      200     200   200   200   200   200
listProposals next                              401      404     200   200   404   200   404
decideProposal of orders                        401      403     200   200   403   200   403
decideProposal of payroll                       401      404     200   200   404   200   404

sqlCatalog                                      401      200     200   200   200   200   200
runQuery                                        401      202     202   202   202   202   202
listQueries                                     401      200     200   200   200   200   200
getQuery    of the owner                        401      404     404   200   404   404   404
queryRows   of the owner                        401      404     404   200   404   404   404
exportQuery of the owner                        401      404     404   200   404   404   404
cancelQuery of the owner                        401      404     404   200   404   404   404
listSavedQueries                                401      200     200   200   200   200   200
saveQuery   new                                 401      200     200   200   200   200   200
saveQuery   of the owner                        401      404     404   200   404   404   404
deleteSavedQuery of the owner                   401      404     404   200   404   404   404

getMesh                                         401      200     200   200   200   200   200
suggest                                         401      200     200   200   200   200   200
recentEvents                                    401      200     200   200   200   200   200
events                                          401      200     200   200   200   200   200
metrics                                         401      403     403   403   403   200   403
listAudit                                       401      403     403   403   403   200   200
verifyAudit                                     401      403     403   403   403   200   200
exportAudit                                     401      403     403   403   403   200   200
listDataKeys                                    401      403     403   403   403   200   403
rotateMasterKey                                 401      403     403   403   403   200   403
retireMasterKey                                 401      403     403   403   403   404   403
destroyDataKeys                                 401      403     403   403   403   400   403
openapi                                         401      200     200   200   200   200   200
status                                          401      200     200   200   200   200   200
`

const people = ['anonymous', 'consumer', 'steward', 'owner', 'other', 'admin', 'governance'] as const
type Person = (typeof people)[number]

const lines = matrix
  .trim()
  .split('\n')
  .slice(1)
  .filter((line) => line !== '')
  .map((line) => {
    const cells = line.trim().split(/\s+/)
    const [route = '', ...about] = cells.slice(0, -people.length)
    return { route: route as RouteName, what: about.join(' '), expected: cells.slice(-people.length).map(Number) }
  })

let mesh: ServedMesh
const tokens: Partial<Record<Person, string>> = {}
/** What paths need: runs that are over, the heads and files of products, a key that belongs to nobody here. */
const known = { ordersRun: '', nextRun: '', head: '', query: '', saved: '', files: {} as Record<string, string> }

beforeAll(async () => {
  mesh = await serveMesh()
  tokens.consumer = await mesh.somebody('consumer', [{ role: 'consumer' }])
  tokens.steward = await mesh.somebody('steward', [{ role: 'data-steward', domain: 'sales' }])
  tokens.owner = await mesh.somebody('owner', [{ role: 'domain-owner', domain: 'sales' }])
  tokens.other = await mesh.somebody('other', [{ role: 'domain-owner', domain: 'hr' }])
  tokens.admin = await mesh.somebody('admin2', [{ role: 'platform-admin' }])
  tokens.governance = await mesh.somebody('gwen', [{ role: 'governance' }])
  await mesh.somebody('bystander', [])
  for (const id of ['global/scan', 'sales/own-scan'])
    await mesh.governance.apply({ files: policyOf(id), dryRun: false }, system, all)
  await putPrincipal({ id: 'robot', name: 'robot', kind: 'machine', roles: [] }, 'admin', mesh.identity)
  const { db } = mesh.catalog.store
  const finished = async (product: string) => {
    const run = await requestPublish(product, { trigger: { by: 'person' }, actor: { id: 'admin' } }, mesh.catalog)
    await db.updateTable('run').set({ state: 'failed', finished_at: new Date() }).where('id', '=', run.id).execute()
    return run.id
  }
  known.ordersRun = await finished('sales/orders')
  known.nextRun = await finished('sales/next')
  known.query = (await json(mesh.send('POST', '/api/v1/sql/queries', tokens.owner, { sql: 'select 1' }))).id
  await mesh.get(`/api/v1/sql/queries/${known.query}?wait=10000`, tokens.owner)
  known.saved = (await json(mesh.send('PUT', '/api/v1/sql/saved/new', tokens.owner, savedBody))).id
  for (const product of ['orders', 'payroll', 'next']) {
    const list = await json(mesh.get(`/api/v1/products/sales/${product}/files`, tokens.admin))
    known.files[product] = list.tables[0].files[0].url
    if (product === 'orders') known.head = list.snapshot
    await db
      .insertInto('profile')
      .values({
        snapshot_id: list.snapshot,
        table_name: product,
        profile: asJson({ table: product, columns: [], sample: [] }),
        at: new Date(),
      })
      .execute()
  }
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

describe('every route for everybody', () => {
  test('the table above knows every route', () => {
    expect(new Set(lines.map((line) => line.route))).toEqual(new Set(Object.keys(routes)))
  })
  test.each(lines)('$route $what', async ({ route, what, expected }) => {
    const got: number[] = []
    for (const person of people) got.push(await ask(route, what, person))
    expect(Object.fromEntries(people.map((person, i) => [person, got[i]]))).toEqual(
      Object.fromEntries(people.map((person, i) => [person, expected[i]])),
    )
  })
})

const ask = async (name: RouteName, what: string, person: Person): Promise<number> => {
  const route = routes[name]
  const product = what.split(' ').at(-1) ?? ''
  const params: Record<string, string> = {
    domain: 'sales',
    product,
    table: product,
    version: '1.0.0',
    id: await idFor(name, what),
    scope: product.split('/')[0] ?? '',
    policy: product.split('/')[1] ?? '',
  }
  if (product.endsWith('gone')) await mesh.governance.apply({ files: policyOf(product), dryRun: false }, system, all)
  const asked =
    name === 'explainAccess'
      ? `?product=sales/${product}${what.startsWith('others') ? '&principal=bystander' : ''}`
      : name === 'listProposals'
        ? `?product=sales/${product}`
        : queries[name]
  const path =
    name === 'getFile'
      ? (known.files[product] ?? '')
      : route.path.replaceAll(/:(\w+)/g, (_, key: string) => params[key] ?? '')
  const gone = new AbortController()
  const token = tokens[person]
  const body = bodyFor(name, what)
  const query = name === 'endSessions' && what !== '' ? '?id=0123456789abcdef' : (asked ?? '')
  const response = await fetch(mesh.url + path + query, {
    method: route.method.toUpperCase(),
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: gone.signal,
  })
  // streams have no end
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) gone.abort()
  else await response.arrayBuffer()
  return response.status
}

const emailGuess: ColumnGuess = {
  kind: 'email',
  personal: true,
  classification: 'confidential',
  confidence: 0.9,
  because: ['its name says an e-mail address'],
  source: 'name',
}
const savedBody = { name: 'mine', sql: 'select 1', shared: true }

/** What a route cannot do without. */
const queries: Partial<Record<RouteName, string>> = {
  upload: '?name=a.csv',
  compareReleases: '?from=1.0.0&to=1.0.0',
  previewAccess: '?products=sales/payroll,sales/next',
  removePolicy: '?reason=nobody%20needs%20it',
}

const system = { id: 'system', name: 'the platform', kind: 'system' as const, roles: [] }
const all = { hidden: new Set<string>(), visible: () => true }

/** A policy that other tools report to. */
const policyOf = (id: string): Record<string, string> => {
  const [scope = '', name = ''] = id.split('/')
  const domain = scope === 'global' ? '' : `  domain: ${scope}\n`
  return {
    [`${name}.yaml`]: `apiVersion: datamesh/v1\nkind: Policy\nmetadata:\n  name: ${name}\n  owner: nobody-here\n${domain}spec:\n  kind: passive\n  mode: warn\n`,
  }
}
const waiverOf = (policy: string) => ({
  policy,
  product: 'sales/orders',
  owner: 'sales-team',
  reason: 'it is being mended',
  until: new Date(Date.now() + 86_400_000).toISOString(),
})

const idFor = async (name: RouteName, what: string): Promise<string> => {
  if (name === 'endWaiver')
    return (await mesh.governance.waive({ ...waiverOf(what.slice('from '.length)), path: null }, system, all)).id
  if (name === 'decideProposal') {
    const product = `sales/${what.split(' ').at(-1)}`
    const guess = { column: `c${mesh.catalog.newId('c')}`, table: 'orders', guess: emailGuess }
    await saveGuesses(product, [guess], mesh.catalog)
    return (await listProposals({ product, state: 'proposed' }, mesh.catalog))[0]?.id ?? ''
  }
  if (name === 'getSnapshot') return known.head
  if (name === 'saveQuery') return what === 'new' ? 'new' : known.saved
  if (name === 'deleteSavedQuery') return known.saved
  if (/^(get|export|cancel)Query$|^queryRows$/.test(name)) return known.query
  if (name === 'revokeClient')
    return (await createClient({ principal: 'robot', name: 'to be revoked' }, 'admin', mesh.identity)).clientId
  if (name === 'putPrincipal' || name === 'createSignIn') return 'bystander'
  if (name === 'revokeKey') {
    const key = await json(
      mesh.send('POST', '/api/v1/keys', tokens.admin, { name: 'to be revoked', principal: 'bystander' }),
    )
    return key.id
  }
  if (name === 'decideAccess' || name === 'tryConditions') {
    const id = mesh.catalog.newId('acc')
    const asked = { id, product: 'sales/payroll', ports: [id], purpose: 'to be decided', state: 'requested' as const }
    await mesh.catalog.store.db
      .insertInto('access_grant')
      .values({ ...asked, principal: 'bystander', requested_by: 'bystander', requested_at: new Date() })
      .execute()
    return id
  }
  return what.endsWith('next') ? known.nextRun : known.ordersRun
}

const bodyFor = (name: RouteName, what: string): unknown => {
  switch (name) {
    case 'signIn':
    case 'openSession':
      return { code: 'dms_not-a-code' }
    case 'createKey':
      return what === '' ? { name: 'mine' } : { name: 'theirs', principal: 'bystander' }
    case 'setPassword':
      return { password: 'a long enough passphrase' }
    case 'createClient':
      return { principal: what.endsWith('machine') ? 'robot' : 'bystander', name: 'a client' }
    case 'putPrincipal':
      return { name: 'bystander', roles: [] }
    case 'applyDomain':
      return what === 'a new one' ? domainsBundle('finance') : domainsBundle(...what.split(' and '))
    case 'applyPolicies':
      return { files: policyOf(what.slice('of '.length)) }
    case 'switchPolicy':
      return { mode: 'warn', reason: 'to be sure' }
    case 'reportResults':
      return { results: [{ product: 'sales/orders', passed: true }] }
    case 'evaluatePolicy':
      return { files: { 'a.rego': 'package a' }, ...(what === '' ? { input: {} } : { product: 'sales/next' }) }
    case 'policyImpact':
      return { policy: 'global/owner-present' }
    case 'grantWaiver':
      return waiverOf(what.slice('from '.length))
    case 'decideProposal':
      return { decision: 'reject' }
    case 'planProduct':
    case 'applyProduct':
      return bundleOf('sales/orders', { classification: 'internal', rows: 0 })
    case 'destroyDataKeys':
      return { product: 'sales/orders', confirm: 'sales/other' }
    case 'publish':
      return {}
    case 'runQuery':
      return { sql: 'select 1' }
    case 'saveQuery':
      return savedBody
    case 'upload':
      return { a: 1 }
    case 'proposeProduct':
      return { upload: 'upload_0', domain: 'sales', name: 'new' }
    case 'proposeDerived':
      return { inputs: ['sales/nothing'], domain: 'sales', name: 'new' }
    case 'requestAccess':
      return { products: [`sales/${what}`], purpose: 'to see who may' }
    case 'detokenise':
      return { tokens: ['tok_none'], purpose: 'to see who may' }
    case 'tryConditions':
      return { rowFilter: 'note = 1 or' }
    case 'decideAccess':
      return { decision: 'approve' }
    case 'backfill':
      return { vars: [{ day: '2026-01-01' }] }
    default:
      return undefined
  }
}
