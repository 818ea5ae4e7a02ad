import { expect, test } from 'vitest'
import { compile } from './index.ts'

test.each([
  ['import data.b\nimport data.c.b', 'p.rego:3:1: import must not shadow import data.b'],
  ['import data.b as x\nimport data.b as x', 'p.rego:3:1: import must not shadow import data.b as x'],
  ['input := 1', 'p.rego:2:1: rules must not shadow input'],
  ['data.x := 1', 'p.rego:2:1: rules must not shadow data'],
  ['p if { input := 1 }', 'p.rego:2:8: variables must not shadow input'],
  ['p := [x | [data, x] := [1, 2]]', 'p.rego:2:12: variables must not shadow data'],
  ['q := 1 if true else := 2 if { input := 3 }', 'variables must not shadow input'],
])('v1 refuses: %s', (text, message) => {
  expect(() => compile([{ file: 'p.rego', text: `package p\n${text}` }])).toThrow(message)
  const old = text.replaceAll(' if ', ' ')
  if (!text.includes('else'))
    expect(() => compile([{ file: 'p.rego', text: `package p\n${old}` }], { version: 'v0' })).not.toThrow(/shadow/)
})
