import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { MeshError, parseYaml } from '@datamesh/core'
import { z } from 'zod'
import { authSecrets, authSettings } from './auth_settings.ts'

const list = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((each) => each.trim()) : value),
  z.array(z.string().min(1)),
)

/** What policies judge is not sent over a network in the clear. */
function isOpaAddress(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || url.username !== '' || url.password !== '') return false
  return (
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(url.hostname))
  )
}

/** Every setting of the platform. Default: `.default`; environment: DATAMESH_ and the key in capitals. */
const settings = {
  port: z.coerce.number().int().min(0).max(65_535).default(4100).describe('port to listen on; 0 takes a free one'),
  host: z.string().min(1).default('127.0.0.1').describe('address to listen on'),
  publicHosts: list.default([]).describe('names under which a proxy or a DNS entry reaches this server'),
  db: z.string().optional().describe('postgres://… instead of the embedded state'),
  inputRoots: list.default([]).describe('folders that file input ports may read'),
  concurrency: z.coerce
    .number()
    .int()
    .min(0)
    .max(64)
    .default(1)
    .describe('builds at the same time; 0: this process builds nothing'),
  memoryMb: z.coerce
    .number()
    .int()
    .min(128)
    .default(Math.max(512, Math.min(2048, Math.floor(totalmem() / 2 / 1024 / 1024))))
    .describe('most memory of one build'),
  threads: z.coerce.number().int().min(1).default(availableParallelism()).describe('most threads of one build'),
  serveMemoryMb: z.coerce.number().int().min(64).default(256).describe('memory of the engine that serves rows'),
  maskKey: z
    .string()
    .optional()
    .describe(
      '64 hexadecimal digits that hashes and tokens of masked columns are made with; a file of the home when absent',
    ),
  leaseSeconds: z.coerce.number().int().min(3).default(30).describe('a worker silent for so long has lost its runs'),
  keepRunsDays: z.coerce
    .number()
    .int()
    .min(1)
    .default(90)
    .describe('days that ended runs and their logs are kept; the newest 100 of a product stay'),
  auditDays: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('days that entries of the audit log are kept; 0: all of them'),
  encryption: z
    .enum(['declared', 'personal', 'all'])
    .default('declared')
    .describe(
      'data at rest that is encrypted: what manifests ask for, also tables with personal columns, or everything',
    ),
  keyFile: z.string().min(1).optional().describe('file of the master keys; keys.json of the state folder without it'),
  kmsUrl: z
    .url()
    .refine((url) => !/:\/\/.*@/.test(url), 'a token or password does not belong into it: write kms_token_file')
    .optional()
    .describe('transit engine of a key service instead of a key file: https://vault…/v1/transit'),
  kmsKey: z.string().min(1).default('datamesh').describe('name of the master key in the key service'),
  kmsTokenFile: z.string().min(1).optional().describe('file with the token for the key service'),
  trustedProxies: list
    .default([])
    .describe('addresses or networks of proxies whose X-Forwarded-For is believed; without one it is not read'),
  ...authSettings,
  governanceOpa: z
    .string()
    .refine(isOpaAddress, 'an address such as https://opa.example.org:8181; http only on this machine')
    .optional()
    .describe('an OPA server that evaluates policies instead of this process'),
  governanceOpaToken: z.string().min(1).optional().describe('bearer token for that OPA server'),
  driftEveryMinutes: z.coerce
    .number()
    .min(1)
    .default(360)
    .describe('how often it is proven that what can be read is what was approved'),
  collectEveryMinutes: z.coerce.number().min(1).default(60).describe('how often garbage is collected'),
} as const

const Config = z.object(settings)
export type Config = z.infer<typeof Config>
type Key = keyof Config

const secret = (key: Key, value: unknown): unknown =>
  (authSecrets.has(key) || key === 'governanceOpaToken' || key === 'maskKey') && value !== undefined
    ? '•••'
    : typeof value === 'string' && value.includes('://')
      ? withoutPassword(value)
      : value

/** Up to the last @, as URLs are read: a password may hold one, or a slash. Postgres takes one after the question mark as well. */
const withoutPassword = (url: string): string =>
  url.replace(/:\/\/.*@/, '://•••@').replace(/([?&](?:ssl)?password=)[^&#]*/gi, '$1•••')

export type Setting = { key: string; value: string | number | boolean | null; source: string }

type Sources = { home: string; flags?: Partial<Config>; env?: Readonly<Record<string, string | undefined>> }

/** Flags over environment over `<home>/config.yaml` over defaults. @throws config-invalid naming the setting and where it comes from */
export const readConfig = (sources: Sources): { config: Config; settings: Setting[] } => {
  const { flags = {}, env = process.env } = sources
  const file = join(resolve(sources.home), 'config.yaml')
  const fromFile = readFile(file)
  const config: Record<string, unknown> = {}
  const shown: Setting[] = [{ key: 'home', value: resolve(sources.home), source: 'given' }]
  for (const key of Object.keys(settings) as Key[]) {
    const variable = `DATAMESH_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
    const [raw, source] =
      flags[key] !== undefined
        ? [flags[key], 'flag']
        : env[variable] !== undefined && env[variable] !== ''
          ? [env[variable], variable]
          : fromFile[key] !== undefined
            ? [fromFile[key], file]
            : [undefined, 'default']
    const parsed = settings[key].safeParse(raw)
    if (!parsed.success)
      throw new MeshError('config-invalid', { key, source, why: parsed.error.issues[0]?.message ?? 'not understood' })
    if (parsed.data !== undefined) config[key] = parsed.data
    const value = secret(key, parsed.data)
    shown.push({
      key,
      value: Array.isArray(value) ? value.map(inWords).join(', ') : ((value as Setting['value'] | undefined) ?? null),
      source,
    })
  }
  return { config: Object.freeze(config) as Config, settings: shown }
}

/** What `datamesh config` prints: every setting, its value and where it comes from; secrets hidden. */
export const effectiveConfig = (sources: Sources): Setting[] => readConfig(sources).settings

const inWords = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

const readFile = (file: string): Record<string, unknown> => {
  if (!existsSync(file)) return {}
  const { value, issues } = parseYaml(readFileSync(file), file)
  const wrong = issues.find((issue) => issue.severity === 'error')
  if (wrong) throw new MeshError('config-invalid', { key: 'file', source: file, why: wrong.message })
  const written = (value ?? {}) as Record<string, unknown>
  const camel = Object.fromEntries(Object.entries(written).flatMap(([key, each]) => flat(camelOf(key), each)))
  const unknown = Object.keys(camel).find((key) => !(key in settings))
  if (unknown) throw new MeshError('config-invalid', { key: unknown, source: file, why: 'there is no such setting' })
  return camel
}

const camelOf = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

/** A group such as `auth: { issuer: … }` is the same as `auth_issuer: …`. */
const flat = (key: string, value: unknown): [string, unknown][] => {
  if (key in settings || typeof value !== 'object' || value === null || Array.isArray(value)) return [[key, value]]
  return Object.entries(value).map(([inner, each]) => {
    const name = camelOf(inner)
    return [key + name.slice(0, 1).toUpperCase() + name.slice(1), each]
  })
}
