import { describe, expect, test } from 'vitest'
import { blocksOf, safeAddress } from './blocks.ts'

describe('Markdown', () => {
  test('headings, paragraphs, lists, code and quotes are told apart', () => {
    const text = '# One\nfirst\nline\n\n- a\n- b\n  goes on\n\n1. x\n2) y\n\n```rego\ndeny if {\n\n}\n```\n> said'
    expect(blocksOf(text)).toEqual([
      { is: 'heading', level: 1, of: [{ is: 'text', text: 'One' }] },
      { is: 'paragraph', of: [{ is: 'text', text: 'first line' }] },
      { is: 'list', ordered: false, items: [[{ is: 'text', text: 'a' }], [{ is: 'text', text: 'b goes on' }]] },
      { is: 'list', ordered: true, items: [[{ is: 'text', text: 'x' }], [{ is: 'text', text: 'y' }]] },
      { is: 'code', text: 'deny if {\n\n}' },
      { is: 'quote', of: [{ is: 'text', text: 'said' }] },
    ])
  })
  test('within a line: code, links, strong and emphasis', () => {
    expect(blocksOf('a `b*c*` [d `e`](https://x.org/y) **f** _g_ snake_case_name')[0]).toEqual({
      is: 'paragraph',
      of: [
        { is: 'text', text: 'a ' },
        { is: 'code', text: 'b*c*' },
        { is: 'text', text: ' ' },
        {
          is: 'link',
          to: 'https://x.org/y',
          of: [
            { is: 'text', text: 'd ' },
            { is: 'code', text: 'e' },
          ],
        },
        { is: 'text', text: ' ' },
        { is: 'strong', of: [{ is: 'text', text: 'f' }] },
        { is: 'text', text: ' ' },
        { is: 'em', of: [{ is: 'text', text: 'g' }] },
        { is: 'text', text: ' snake_case_name' },
      ],
    })
  })
  test('HTML is text, never markup', () => {
    expect(blocksOf('<img src=x onerror=alert(1)>')).toEqual([
      { is: 'paragraph', of: [{ is: 'text', text: '<img src=x onerror=alert(1)>' }] },
    ])
  })
  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    '//evil.org',
    '/\\evil.org',
    'vbscript:x',
    ' https://x',
  ])('an address like %s is not followed', (address) => {
    expect(safeAddress(address)).toBeNull()
    const [block] = blocksOf(`[x](${address.trim()})`)
    if (address.trim() === address) expect(JSON.stringify(block)).not.toContain('"link"')
  })
  test('places of this portal and the web are followed', () => {
    expect(['/policies', '#a', 'https://x.org', 'mailto:a@b.org'].map(safeAddress)).not.toContain(null)
  })
  test('any text ends', () => {
    for (const text of [
      '```',
      '- ',
      '>',
      '#',
      '**',
      '[a](',
      '1.',
      '\n\n',
      '-',
      '    code',
      '*'.repeat(5000),
      '`'.repeat(5000),
      '[a]('.repeat(2000),
    ])
      expect(Array.isArray(blocksOf(text))).toBe(true)
  })
})
