import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { manifestPages } from './docs-manifest.ts'

test.each(Object.entries(manifestPages()))('%s is what the schemas say', (path, text) => {
  expect(readFileSync(join(import.meta.dirname, '..', path), 'utf8')).toBe(text)
})

test('every key of the manifest says what it means', () => {
  const silent: string[] = []
  const walk = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return
    if (Array.isArray(schema)) {
      for (const one of schema) walk(one, path)
      return
    }
    for (const [name, inner] of Object.entries(schema)) {
      if (name !== 'properties') walk(inner, path)
      else
        for (const [key, about] of Object.entries(inner as Record<string, { description?: string }>)) {
          if (!about.description) silent.push(`${path}.${key}`)
          walk(about, `${path}.${key}`)
        }
    }
  }
  walk(JSON.parse(manifestPages()['docs/reference/dataproduct.schema.json'] ?? '{}'), '')
  expect(silent).toEqual([])
})
