import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

test('every test that the ASVS page names as a proof exists', () => {
  const page = readFileSync(join(root, 'docs/reference/asvs.md'), 'utf8')
  const proofs = [...page.matchAll(/`([\w./-]+\.test\.ts)` "([^"]+)"/g)].map(([, file = '', title = '']) => ({
    file: file.replace(/^cp\//, 'packages/control-plane/'),
    title,
  }))
  expect(proofs.length).toBeGreaterThan(60)
  const missing = proofs.filter(({ file, title }) => {
    const path = join(root, file)
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(`'${title}'`)
  })
  expect(missing).toEqual([])
})

test('every line of the ASVS page says what state it is in, and none that holds is without a proof', () => {
  const page = readFileSync(join(root, 'docs/reference/asvs.md'), 'utf8')
  const lines = page.split('\n').filter((line) => /^\| \d/.test(line))
  for (const line of lines) {
    const [, , , state = '', proof = ''] = line.split(' | ').length === 4 ? ['', ...line.split(' | ')] : []
    expect(state, line).toMatch(/^(holds|in part|no|not applicable)\b/)
    if (state.startsWith('holds')) expect(proof, line).not.toMatch(/^none/)
  }
})
