import { expect, test } from 'vitest'
import { nameOf } from './name.ts'

test('a title becomes a name that addresses take', () => {
  expect([nameOf('Order lines (2026)'), nameOf('  Größe & Preis '), nameOf('360° view'), nameOf('!!!')]).toEqual([
    'order-lines-2026',
    'grosse-preis',
    'view',
    '',
  ])
})
