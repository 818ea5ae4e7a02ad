import { type ErrorCode, MeshError, Problem, type Route, routes, statusOf } from '@datamesh/core'
import { z } from 'zod'

type Json = Record<string, unknown>

/** The API as OpenAPI 3.1, made from the route table alone: what it says is what is checked. */
export const openApi = (about: { version: string; url: string }): Json => {
  const tags = [...new Set(Object.values(routes).map((route) => route.tag))]
  const paths: Record<string, Json> = {}
  for (const route of Object.values(routes) as Route[]) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Datamesh',
      version: about.version,
      description: 'Data products: find them, trust them, read them, publish them.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: about.url }],
    security: [{ bearer: [] }, { basic: [] }, { session: [] }],
    tags: tags.map((name) => ({ name })),
    paths,
    components: {
      schemas: { Problem: schemaOf(Problem, 'output') },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key: Authorization: Bearer dm_…' },
        basic: { type: 'http', scheme: 'basic', description: 'Any user name, the API key as password' },
        session: { type: 'apiKey', in: 'cookie', name: 'datamesh_session', description: 'A signed-in browser' },
      },
    },
  }
}

const operation = (route: Route): Json => ({
  operationId: route.name,
  summary: route.summary,
  tags: [route.tag],
  ...(route.open ? { security: [] } : {}),
  'x-action': route.action,
  parameters: [...parameters(route, 'path'), ...parameters(route, 'query')],
  ...(route.takes ? { requestBody: { required: true, content: bytesOf(route.takes) } } : {}),
  ...(route.body
    ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } } }
    : {}),
  responses: { [String(route.status ?? 200)]: success(route), ...problems(route) },
})

const parameters = (route: Route, where: 'path' | 'query'): Json[] => {
  const schema = where === 'path' ? route.params : route.query
  if (schema === undefined) return []
  const {
    properties = {},
    required = [],
    additionalProperties,
  } = schemaOf(schema, 'input') as {
    properties?: Record<string, Json>
    required?: string[]
    additionalProperties?: unknown
  }
  const named = Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }))
  if (where === 'path' || typeof additionalProperties !== 'object') return named
  const filters = {
    name: 'filters',
    in: 'query',
    required: false,
    style: 'form',
    explode: true,
    description: 'any column: `column=value` or `column=op:value` with eq, ne, lt, lte, gt, gte, in, like, null',
    schema: { type: 'object', additionalProperties },
  }
  return [...named, filters]
}

const bytesOf = (types: readonly string[]): Json =>
  Object.fromEntries(types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]))

const success = (route: Route): Json => {
  const json = { schema: schemaOf(route.reply, 'output') }
  if (route.streams === undefined) return { description: route.summary, content: { 'application/json': json } }
  const bytes = { schema: { type: 'string' } }
  return {
    description: route.summary,
    content: Object.fromEntries(route.streams.map((type) => [type, type === 'application/json' ? json : bytes])),
  }
}

/** By status, with the codes that can stand behind it. */
const problems = (route: Route): Record<string, Json> => {
  const codes: ErrorCode[] = [...route.throws, 'internal']
  if (!route.open) codes.push('unauthenticated', 'denied')
  if (route.params || route.query || route.body) codes.push('request-invalid')
  if (route.body) codes.push('request-too-large', 'media-type')
  const byStatus = new Map<number, Set<string>>()
  for (const code of codes) {
    const status = statusOf(new MeshError(code, exampleFacts as never))
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code))
  }
  return Object.fromEntries(
    [...byStatus].map(([status, set]) => [
      String(status),
      {
        description: [...set].sort().join(', '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  )
}

/** Only the kind of the error is wanted here; sentences may name any fact. */
const exampleFacts: unknown = new Proxy({}, { get: () => '' })

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    unrepresentable: 'any',
    // coerced numbers take any text that reads as one; say what they are
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'number' && io === 'input') jsonSchema.type ??= 'number'
    },
  }) as Json
  return rest
}
