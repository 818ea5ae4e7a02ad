import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tokens } from './style.ts'

test('the sign-in page has the colours of the portal', () => {
  const css = readFileSync(new URL('../../../../portal/src/styles/tokens.css', import.meta.url), 'utf8')
  const [light = '', dark = ''] = css.split('[data-theme="dark"]')
  for (const [theme, text] of [
    ['light', light],
    ['dark', dark],
  ] as const)
    for (const [name, value] of Object.entries(tokens[theme])) expect(text, theme).toContain(`--${name}: ${value};`)
})
