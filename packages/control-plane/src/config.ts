import { existsSync, readFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { MeshError, parseYaml } from '@datamesh/core'
import { z } from 'zod'

const list = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(',').map((each) => each.trim()) : value),
  z.array(z.string().min(1)),
)

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
  trustedProxies: list
    .default([])
    .describe('addresses or networks of proxies whose X-Forwarded-For is believed; without one it is not read'),
  collectEveryMinutes: z.coerce.number().min(1).default(60).describe('how often garbage is collected'),
} as const

const Config = z.object(settings)
export type Config = z.infer<typeof Config>
type Key = keyof Config

const secret = (key: Key, value: unknown): unknown =>
  key === 'db' && typeof value === 'string' ? value.replace(/\/\/[^@/]*@/, '//•••@') : value

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
      value: Array.isArray(value) ? value.join(', ') : ((value as Setting['value'] | undefined) ?? null),
      source,
    })
  }
  return { config: Object.freeze(config) as Config, settings: shown }
}

/** What `datamesh config` prints: every setting, its value and where it comes from; secrets hidden. */
export const effectiveConfig = (sources: Sources): Setting[] => readConfig(sources).settings

const readFile = (file: string): Record<string, unknown> => {
  if (!existsSync(file)) return {}
  const { value, issues } = parseYaml(readFileSync(file), file)
  const wrong = issues.find((issue) => issue.severity === 'error')
  if (wrong) throw new MeshError('config-invalid', { key: 'file', source: file, why: wrong.message })
  const written = (value ?? {}) as Record<string, unknown>
  const camel = Object.fromEntries(
    Object.entries(written).map(([key, each]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      each,
    ]),
  )
  const unknown = Object.keys(camel).find((key) => !(key in settings))
  if (unknown) throw new MeshError('config-invalid', { key: unknown, source: file, why: 'there is no such setting' })
  return camel
}
