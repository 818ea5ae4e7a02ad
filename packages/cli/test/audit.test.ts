import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { entryHash, genesis, type Link } from '@datamesh/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { datamesh, folder, type Up, up } from './program.ts'

const here = folder()
const place = { cwd: here.path }
const dm = (...args: string[]) => datamesh(place, ...args)
afterAll(() => here[Symbol.dispose]())

describe('with the platform', () => {
  let platform: Up
  beforeAll(async () => {
    platform = await up(place)
  }, 60_000)
  afterAll(() => platform?.stop())

  test('the log is listed, proven, taken along, and proven again without the platform', async () => {
    const listed = await dm('audit', 'list', '--action', 'platform.')
    expect(listed).toMatchObject({ code: 0 })
    expect(listed.out).toContain('platform.started')
    const proven = await dm('audit', 'verify')
    expect(proven).toMatchObject({ code: 0 })
    const head = /head (\d+:[0-9a-f]{64})/.exec(proven.out)?.[1] ?? ''
    expect(await dm('audit', 'verify', '--head', head)).toMatchObject({ code: 0 })
    expect(await dm('audit', 'verify', '--head', `1:${'a'.repeat(64)}`)).toMatchObject({ code: 1 })
    expect(await dm('audit', 'export', '--output', 'audit.ndjson')).toMatchObject({ code: 0 })
    expect(await dm('audit', 'export', '--kind', 'change', '--output', 'some.ndjson')).toMatchObject({ code: 0 })
    await platform.stop()
    expect(await dm('audit', 'verify', 'audit.ndjson', '--head', head)).toMatchObject({ code: 0 })
    const some = await dm('audit', 'verify', 'some.ndjson')
    expect(some).toMatchObject({ code: 0 })
    expect(some.out).toContain('what is missing from it cannot be told')
    const text = readFileSync(join(here.path, 'audit.ndjson'), 'utf8')
    expect(text).not.toContain(readFileSync(join(here.path, '.datamesh', 'token'), 'utf8').trim())
  }, 60_000)
})

/** A log of ten as the platform would export it. */
const lines = (): string[] => {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  let previous = genesis
  const links = Array.from({ length: 10 }, (_, n): Link => {
    const unhashed = {
      ...{ seq: n + 1, at: '2026-01-01T00:00:00.000Z', kind: 'change', actor: 'ann', action: 'a', subject: 's' },
      ...{ allow: null, because: '', from: null, data: { n }, previous },
    }
    previous = entryHash(unhashed, { sha256 })
    return { ...unhashed, hash: previous }
  })
  return [{ datameshAudit: 1, partial: false, head: { seq: 10, hash: previous } }, ...links].map((each) =>
    JSON.stringify(each),
  )
}

test.each<[what: string, change: (all: string[]) => string[], told: string]>([
  [
    'a changed actor',
    (all) => all.map((line, n) => (n === 4 ? line.replace('ann', 'bob') : line)),
    'entry 4: it was changed',
  ],
  [
    'a key put in',
    (all) => all.map((line, n) => (n === 4 ? line.replace('{', '{"more":1,') : line)),
    'line 5 is no entry',
  ],
  ['an entry taken out', (all) => all.toSpliced(4, 1), 'entry 4 is missing'],
  ['two exchanged', (all) => all.toSpliced(4, 2, all[5] as string, all[4] as string), 'entry 4 is missing'],
  ['one twice', (all) => all.toSpliced(4, 0, all[4] as string), 'the order was changed, or an entry was added'],
  ['the end cut off', (all) => all.slice(0, -2), 'the end was cut'],
  ['the beginning cut off', (all) => all.toSpliced(1, 2), 'no retention says'],
])('an export with %s is found wrong, offline', async (what, change, told) => {
  const file = join(here.path, `${what.replaceAll(' ', '-')}.ndjson`)
  writeFileSync(file, `${lines().join('\n')}\n`)
  expect(await dm('audit', 'verify', file)).toMatchObject({ code: 0 })
  writeFileSync(file, `${change(lines()).join('\n')}\n`)
  const ran = await dm('audit', 'verify', file)
  expect(ran).toMatchObject({ code: 1 })
  expect(ran.out).toContain(told)
})

test('a file that is none says so', async () => {
  writeFileSync(join(here.path, 'none.ndjson'), '{"a":1}\n')
  expect(await dm('audit', 'verify', 'none.ndjson')).toMatchObject({ code: 1 })
  for (const first of ['{"datameshAudit":1}', '{"datameshAudit":1,"head":null}', '{"datameshAudit":1,"head":7}']) {
    writeFileSync(join(here.path, 'headless.ndjson'), `${first}\n`)
    const told = await dm('audit', 'verify', 'headless.ndjson')
    expect(told.code).toBe(1)
    expect(told.err).toContain('head of the log')
  }
  expect(await dm('audit', 'verify', 'not-there.ndjson')).toMatchObject({ code: 1 })
})
