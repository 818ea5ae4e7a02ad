import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { externalIssuerOf } from './auth_settings.ts'
import { effectiveConfig, readConfig } from './config.ts'
import { openIssuerKeys } from './identity/index.ts'

const home = mkdtempSync(join(tmpdir(), 'datamesh-auth-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

const written = (yaml: string, env: Record<string, string> = {}) => {
  writeFileSync(join(home, 'config.yaml'), yaml)
  const { config } = readConfig({ home, env })
  return externalIssuerOf(config, home)
}
const secretFile = (text: string, mode: number) => {
  writeFileSync(join(home, 'secret'), text)
  chmodSync(join(home, 'secret'), mode)
}
const issuer = `public_url: https://mesh.example.org/
auth:
  issuer: https://login.example.org/realms/main
  client_id: datamesh
`

test('no address that is shown holds a password, however it is written', () => {
  for (const db of [
    'postgres://mesh:hush@db.example.org/mesh',
    'postgres://mesh:hu/hush@db.example.org/mesh',
    'postgres://mesh:hu@hush@db.example.org/mesh',
    'postgres://db.example.org/mesh?user=mesh&password=hush&sslmode=require',
  ]) {
    const { config, settings } = readConfig({ home: join(home, 'none'), env: { DATAMESH_DB: db } })
    expect(config.db).toBe(db)
    expect(JSON.stringify(settings)).not.toContain('hush')
    expect(JSON.stringify(settings)).toContain('db.example.org')
  }
  const env = { DATAMESH_KMS_URL: 'https://token:hush@vault.example.org/v1/transit' }
  const refused = () => readConfig({ home: join(home, 'none'), env })
  expect(refused).toThrow(/kms_token_file/)
  expect(refused).not.toThrow(/hush/)
})

describe('settings of an issuer', () => {
  test('are read from a group of config.yaml, the secret from a file', () => {
    secretFile('not to be told\n', 0o600)
    const found = written(`${issuer}  client_secret_file: secret
  group_claim: realm_access.roles
  audience: api
  groups:
    - { group: staff, role: consumer }
    - { group: sales, team: sales-team, role: domain-owner, domain: sales }
`)
    expect(found).toMatchObject({
      issuer: 'https://login.example.org/realms/main',
      clientSecret: 'not to be told',
      groupClaim: 'realm_access.roles',
      groups: [
        { group: 'staff', role: 'consumer' },
        { group: 'sales', team: 'sales-team', role: 'domain-owner', domain: 'sales' },
      ],
    })
    expect(readConfig({ home, env: {} }).config.publicUrl).toBe('https://mesh.example.org')
  })
  test('are read from the environment as well, and a secret is never shown', () => {
    const env = {
      DATAMESH_AUTH_ISSUER: 'https://login.example.org',
      DATAMESH_AUTH_CLIENT_ID: 'x',
      DATAMESH_AUTH_CLIENT_SECRET: 'not to be told',
      DATAMESH_AUTH_GROUPS: '[{"group":"staff","role":"consumer"}]',
    }
    expect(written('', env)).toMatchObject({ clientSecret: 'not to be told', groups: [{ group: 'staff' }] })
    const shown = JSON.stringify(effectiveConfig({ home, env }))
    expect(shown).not.toContain('not to be told')
    expect(shown).toContain('•••')
  })
  test('without one, people sign in at the embedded issuer', () => {
    expect(written('port: 4100\n')).toBeNull()
  })
  test.each([
    ['an issuer that is not on https', 'auth: { issuer: "http://login.example.org", client_id: x }', {}],
    ['an issuer without a client', 'auth: { issuer: "https://login.example.org" }', {}],
    ['groups without an issuer', 'auth: { groups: [{ group: a, role: consumer }] }', {}],
    ['a setting that there is not', 'auth: { isuer: "https://login.example.org" }', {}],
    ['a role that there is not', `${issuer}  groups: [{ group: a, role: king }]`, {}],
    ['an owner of nothing', `${issuer}  groups: [{ group: a, role: domain-owner }]`, {}],
    ['an administrator of one domain', `${issuer}  groups: [{ group: a, role: platform-admin, domain: sales }]`, {}],
    ['a group that means nothing', `${issuer}  groups: [{ group: a }]`, {}],
    ['signatures that nobody made', `${issuer}  algorithms: [none]`, {}],
    ['signatures by a shared secret', `${issuer}  algorithms: [HS256]`, {}],
    ['a secret that is not there', `${issuer}  client_secret_file: nowhere`, {}],
    ['sites with a path', 'cors_origins: ["https://a.example/x"]', {}],
    ['an address of ours with a path', 'public_url: https://a.example/x', {}],
  ])('are refused: %s', (_, yaml, env) => {
    expect(() => written(yaml, env)).toThrow(expect.objectContaining({ code: 'config-invalid' }))
  })
  test.skipIf(process.platform === 'win32')('are refused: a secret that everybody on the machine can read', () => {
    secretFile('x', 0o644)
    expect(() => written(`${issuer}  client_secret_file: secret`)).toThrow(/everybody on this machine can read/)
  })
})

describe('keys of the embedded issuer', () => {
  let time = new Date('2026-01-01T00:00:00Z')
  const pass = (days: number) => {
    time = new Date(time.getTime() + days * 86_400_000)
  }
  const file = join(home, 'issuer.json')
  const open = () => openIssuerKeys(file, () => time)
  const kids = (keys: ReturnType<typeof open>) => keys.verifying().map(({ kid }) => kid)

  test('are made once, for their owner alone, and are the same after a restart', () => {
    const keys = open()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(kids(open())).toEqual(kids(keys))
    chmodSync(file, 0o644)
    open()
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })
  test('change every 90 days; the one before verifies for a day more, in every process that shares the file', () => {
    const [keys, other] = [open(), open()]
    const [first = ''] = kids(keys)
    pass(91)
    expect(kids(keys)).toEqual([expect.not.stringMatching(first), first])
    pass(0.5)
    expect(kids(other)).toEqual(kids(keys))
    pass(0.6)
    expect(kids(other)).toHaveLength(1)
    expect(kids(other)).not.toContain(first)
  })
  test('what is shown to everybody holds no secret', () => {
    expect(JSON.stringify(open().verifying())).not.toContain('"d"')
  })
  test('a damaged file stops the start instead of being replaced', () => {
    writeFileSync(file, '{"keys":[]}')
    expect(() => open()).toThrow(expect.objectContaining({ code: 'config-invalid' }))
  })
})
