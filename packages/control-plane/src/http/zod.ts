import { type Issue, MeshError } from '@datamesh/core'
import type { FastifySchemaCompiler } from 'fastify'
import type { FastifySerializerCompiler } from 'fastify/types/schema.js'
import type { z } from 'zod'

/** Parses params, query and body by the route's schemas; the handler gets what came out. Every mistake is told at once. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (value) => {
    const parsed = schema.safeParse(value)
    return parsed.success ? { value: parsed.data } : { error: mistakes(parsed.error, httpPart ?? 'request') }
  }

/** What is not in the schema of the reply does not leave the house. */
export const serializerCompiler: FastifySerializerCompiler<z.ZodType> =
  ({ schema, method, url }) =>
  (value) => {
    const parsed = schema.safeParse(value)
    if (parsed.success) return JSON.stringify(parsed.data)
    throw new Error(`the answer of ${method} ${url} is not what the route table says`, { cause: parsed.error })
  }

const mistakes = (error: z.ZodError, part: string): MeshError => {
  const issues = error.issues.map(
    ({ code, message, path }): Issue => ({ code, message, severity: 'error', path: [part, ...path].join('.') }),
  )
  const [first] = issues
  const more = issues.length > 1 ? ` and ${issues.length - 1} more` : ''
  return new MeshError('request-invalid', { what: `${first?.path}: ${first?.message}${more}` }, { issues })
}
