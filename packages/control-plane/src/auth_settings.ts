import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { MeshError, roles } from '@datamesh/core'
import { z } from 'zod'
import type { ExternalIssuer } from './http/index.ts'
import { isSafe } from './identity/index.ts'

const list = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(/[\s,]+/).filter((each) => each !== '') : value),
  z.array(z.string().min(1).max(500)),
)

const origin = z.string().refine((text) => {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) && (text === url.origin || text === `${url.origin}/`)
}, 'an address such as https://mesh.example.org, without a path')

/** No `none`, no shared secrets: whoever checks a token must not be able to make one. */
const algorithms = [
  ...['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512', 'EdDSA', 'Ed25519'],
] as const

const groupRule = z
  .strictObject({
    group: z.string().min(1).max(500),
    team: z
      .string()
      .regex(/^[\p{L}\p{N}][\p{L}\p{N}._@+:~-]{0,127}$/u, 'no id of a team')
      .optional(),
    role: z.enum(roles).optional(),
    domain: z.string().min(1).optional(),
  })
  .refine(({ team, role }) => team !== undefined || role !== undefined, 'a group means a team, a role, or both')
  .refine(
    ({ role, domain }) =>
      role === 'domain-owner'
        ? domain !== undefined
        : domain === undefined || (role !== undefined && role !== 'platform-admin' && role !== 'governance'),
    'domain-owner needs a domain; platform-admin and governance hold everywhere',
  )

/** Settings of signing in: `auth.issuer` in config.yaml is `authIssuer` here and DATAMESH_AUTH_ISSUER in the environment. */
export const authSettings = {
  publicUrl: origin
    .transform((text) => text.replace(/\/$/, ''))
    .optional()
    .describe('address by which people reach this server; default: https and the first of public_hosts'),
  corsOrigins: z
    .preprocess(
      (value) => (typeof value === 'string' ? value.split(',').map((each) => each.trim()) : value),
      z.array(z.union([z.literal('*'), origin.transform((text) => text.replace(/\/$/, ''))])),
    )
    .default([])
    .describe('web sites whose scripts may call the API with a token; never with a cookie'),
  authIssuer: z
    .url()
    .refine((text) => isSafe(new URL(text)), 'https only')
    .optional()
    .describe('OpenID Connect issuer that people sign in at; default: the embedded one'),
  authClientId: z.string().min(1).optional().describe('client of the portal at that issuer'),
  authClientSecret: z.string().min(1).optional().describe('its secret; better in a file'),
  authClientSecretFile: z.string().min(1).optional().describe('file with its secret'),
  authScopes: list.default(['openid', 'profile', 'email']).describe('what is asked for at that issuer'),
  authAudience: z
    .string()
    .min(1)
    .optional()
    .describe('what access tokens have to be for; without it tokens of that issuer open nothing'),
  authGroupClaim: z.string().min(1).default('groups').describe('claim with the groups; a path such as a.b works'),
  authGroups: z
    .preprocess((value) => (typeof value === 'string' ? jsonOf(value) : value), z.array(groupRule).max(2_000))
    .default([])
    .describe('what a group means: {group, team?, role?, domain?}'),
  authCliClient: z.string().min(1).optional().describe('public client of the command line at that issuer'),
  authAlgorithms: z
    .preprocess(
      (value) => (typeof value === 'string' ? value.split(/[\s,]+/) : value),
      z.array(z.enum(algorithms)).min(1),
    )
    .default(['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA', 'Ed25519'])
    .describe('signatures of its tokens that are accepted'),
  authLabel: z.string().min(1).max(60).default('Sign in with your organisation').describe('text of the sign-in button'),
} as const

export const authSecrets: ReadonlySet<string> = new Set(['authClientSecret'])

type AuthConfig = { [K in keyof typeof authSettings]?: z.infer<(typeof authSettings)[K]> | undefined }

/** The issuer of somebody else that the settings name, or null. @throws config-invalid */
export const externalIssuerOf = (config: AuthConfig, home: string): ExternalIssuer | null => {
  const { authIssuer: issuer, authClientId: clientId } = config
  if (issuer === undefined) {
    const orphan = (['authClientId', 'authGroups', 'authAudience', 'authCliClient'] as const).find(
      (key) => config[key] !== undefined && config[key]?.length !== 0,
    )
    if (orphan)
      throw new MeshError('config-invalid', { key: orphan, source: 'settings', why: 'auth.issuer is missing' })
    return null
  }
  if (clientId === undefined)
    throw new MeshError('config-invalid', { key: 'authClientId', source: 'settings', why: 'auth.issuer needs it' })
  return {
    issuer,
    clientId,
    clientSecret: config.authClientSecret ?? secretIn(config.authClientSecretFile, home),
    scopes: config.authScopes ?? [],
    audience: config.authAudience,
    algorithms: config.authAlgorithms ?? [],
    groupClaim: config.authGroupClaim ?? 'groups',
    groups: config.authGroups ?? [],
    cliClient: config.authCliClient,
    label: config.authLabel ?? '',
  }
}

/** Relative to the state folder. A key that is set but cannot be read is an error, never a missing secret. */
const secretIn = (file: string | undefined, home: string): string | undefined => {
  if (file === undefined) return undefined
  const source = resolve(home, file)
  const wrong = (why: string) => new MeshError('config-invalid', { key: 'authClientSecretFile', source, why })
  try {
    if (process.platform !== 'win32' && (statSync(source).mode & 0o007) !== 0)
      throw wrong('everybody on this machine can read the file; take that away with chmod o-rwx')
    const text = readFileSync(source, 'utf8').trim()
    if (text === '') throw wrong('the file is empty')
    return text
  } catch (error) {
    if (error instanceof MeshError) throw error
    throw wrong((error as Error).message)
  }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
