import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyProduct } from '../src/catalog/index.ts'
import { bundleOf, json, type ServedMesh, serveMesh } from './served_mesh.ts'

let mesh: ServedMesh
const token: Record<string, string> = {}

beforeAll(async () => {
  mesh = await serveMesh()
  token.governance = await mesh.somebody('gina', [{ role: 'governance' }])
  token.owner = await mesh.somebody('olga', [{ role: 'domain-owner', domain: 'sales' }])
  token.other = await mesh.somebody('otto', [{ role: 'domain-owner', domain: 'hr' }])
  token.consumer = await mesh.somebody('carl', [{ role: 'consumer' }])
  await mesh.governance.look()
})
afterAll(() => mesh?.[Symbol.asyncDispose]())

describe('the starter set', () => {
  test('is there at the first start, with its texts, tests that hold and a history', async () => {
    const { policies } = await json(mesh.get('/api/v1/policies', token.consumer))
    expect(policies.length).toBeGreaterThanOrEqual(14)
    expect(policies.every((each: { starter: boolean }) => each.starter)).toBe(true)
    const view = await json(mesh.get('/api/v1/policies/global/owner-present', token.consumer))
    expect(view).toMatchObject({
      mode: 'block',
      severity: 'block',
      package: 'datamesh.starter.owner_present',
      may: { change: false },
    })
    expect(view.tests.length).toBe(3)
    expect(view.tests.every((each: { passed: boolean }) => each.passed)).toBe(true)
    expect(view.history).toMatchObject([{ version: 1, by: 'system', what: 'added' }])
  })
})
