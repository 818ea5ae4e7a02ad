import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { QueryResult } from '@datamesh/data-plane'
import { afterAll, expect, test } from 'vitest'
import { Results } from './results.ts'
import { Turns, turnsFor } from './turns.ts'

const root = mkdtempSync(join(tmpdir(), 'datamesh-results-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('results go after an hour, beyond the twentieth of a person, and when the server starts or ends', async () => {
  const folder = join(root, 'queries')
  mkdirSync(folder)
  writeFileSync(join(folder, 'of-a-server-that-was-killed.rows'), 'x')
  let now = new Date('2026-05-01T10:00:00Z')
  const results = await Results.open(folder, () => now)
  expect(readdirSync(folder)).toEqual([])
  const keep = async (id: string, principal: string) =>
    results.keep(id, principal, await QueryResult.create(folder, id))
  await keep('other', 'bo')
  for (let n = 1; n <= 21; n++) await keep(`q${n}`, 'ada')
  expect(results.find('q1')).toBeUndefined()
  expect(results.find('q2')).toBeDefined()
  expect(results.find('other')).toBeDefined()
  expect(readdirSync(folder).length).toBe(21)
  now = new Date('2026-05-01T11:00:01Z')
  await keep('late', 'bo')
  expect(readdirSync(folder)).toEqual(['late.rows'])
  await results[Symbol.asyncDispose]()
  expect(existsSync(folder)).toBe(false)
})

test('who has large results loses their own before those of others', async () => {
  const folder = join(root, 'large')
  await using results = await Results.open(folder, () => new Date())
  const keep = async (id: string, principal: string) => {
    const result = await QueryResult.create(folder, id)
    result.bytes = 300 * 1024 ** 2
    await results.keep(id, principal, result)
  }
  await keep('other', 'bo')
  for (let n = 1; n <= 14; n++) await keep(`q${n}`, 'ada')
  expect(results.find('other')).toBeDefined()
  expect(readdirSync(folder).sort()).toEqual(['other.rows', 'q12.rows', 'q13.rows', 'q14.rows'])
})

test('no more run at once than half of the memory holds', () => {
  expect([1024, 4096, 8192, 65_536].map((machineMb) => turnsFor(machineMb, 704).all)).toEqual([2, 2, 5, 10])
})

test('turns are given in order, passing over those who have enough', async () => {
  const turns = new Turns({ ofOne: 1, all: 2, waitingOfOne: 2, waiting: 3 })
  const going: string[] = []
  const take = (who: string, name: string) => {
    const place = turns.take(who)
    void place.turn.then(() => going.push(name))
    return place
  }
  const first = take('ada', 'ada 1')
  take('ada', 'ada 2')
  const bo = take('bo', 'bo 1')
  const cy = take('cy', 'cy 1')
  await Promise.resolve()
  expect(going).toEqual(['ada 1', 'bo 1'])
  // One who waits and leaves is passed over.
  cy.leave()
  cy.leave()
  first.leave()
  await Promise.resolve()
  expect(going).toEqual(['ada 1', 'bo 1', 'ada 2'])
  expect(() => {
    for (let n = 0; n < 3; n++) take('ada', 'more')
  }).toThrow(/rate limit/)
  bo.leave()
})
