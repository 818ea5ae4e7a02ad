import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LineageEdge } from '../lineage/index.ts'
import { guessColumn, guessTable, inheritedTags } from './index.ts'

describe('a column is recognised', () => {
  test.each([
    ['customerEmail', [], 'email', 'name'],
    ['contact', ['ada@example.org', 'alan@example.org', 'x@y.de', 'z@y.de', 'q@y.de'], 'email', 'data'],
    ['email', ['ada@example.org'], 'email', 'name-and-data'],
    ['reach', ['+49 30 901820', '(030) 901820', '+1 555 0100 22'], 'phone', 'data'],
    ['who', ['Ada Lovelace', 'Alan Turing', 'Linus Pauling'], 'person-name', 'data'],
    ['written_in', ['Anna Schmidt', 'Jean-Luc Martin', 'Maria Rossi'], 'person-name', 'data'],
    ['where', ['12 Baker Street', '221B Baker Street', '5 Old Mill Road'], 'address', 'data'],
    ['wohnort', ['Hauptstraße 5', 'Am Markt 3', 'Lindenallee 12'], 'address', 'data'],
    ['ref', ['536-22-8721', '219-09-9999'], 'national-id', 'data'],
    ['ref', ['12345678Z', 'X1234567L'], 'national-id', 'data'],
    ['ref', ['44051401359', '02070803628'], 'national-id', 'data'],
    ['ref', ['529.982.247-25', '111.444.777-35'], 'national-id', 'data'],
    ['ref', ['86095742719', '47036892816', '65929970489'], 'national-id', 'data'],
    ['ref', ['1 85 05 78 006 084 91', '255081416802538'], 'national-id', 'data'],
    ['ref', ['811218-9876', '19670919-9530'], 'national-id', 'data'],
    ['ref', ['AB 12 34 56 C', 'JG103759A'], 'national-id', 'data'],
    ['ref', ['2341 2341 2346', '4991 1866 5246'], 'national-id', 'data'],
    ['ref', ['RSSMRA85T10A562S'], 'national-id', 'data'],
    ['paid_with', ['4111 1111 1111 1111', '5500005555555559'], 'card', 'data'],
    ['account', ['DE89 3704 0044 0532 0130 00', 'GB82WEST12345698765432'], 'iban', 'data'],
    ['seen_from', ['192.0.2.7', '2001:db8::1'], 'ip', 'data'],
    ['token', ['ghp_abcdefghijklmnopqrstuvwxyz0123456789'], 'credential', 'data'],
    ['note', ['She called twice about the broken handle and wants a new one.'], 'free-text', 'name-and-data'],
  ])('%s %j is %s by %s', (name, values, kind, source) => {
    const guess = guessColumn({ name, values })
    expect(guess).toMatchObject({ kind, source })
    expect(guess?.confidence).toBeGreaterThanOrEqual(0.5)
  })

  test.each([
    ['name', ['London', 'Paris', 'Rome']],
    ['total', ['12.50', '7.00']],
    ['day', ['2024-01-31', '31.12.2024', '01/02/2024']],
    ['account', ['DE00 3704 0044 0532 0130 00']],
    ['order_number', ['4111111111111112', '4111111111111113']],
    ['version', ['1.2.3', '10.4.0']],
    ['trip', ['12', '13']],
    ['id', ['12345678901', '12345678902', '12345678903']],
    ['ref', ['000-12-3456', '900-12-3456']],
    ['city', ['Berlin', 'New York', 'São Paulo']],
    ['label', ['In Progress', 'Done', 'To Do']],
  ])('%s %j is nothing', (name, values) => {
    expect(guessColumn({ name, values })).toBeNull()
  })

  test('a flag is not what it is called after', () => {
    expect(guessColumn({ name: 'email_verified', type: 'BOOLEAN', values: [] })).toBeNull()
  })

  test('more values that look alike make it surer, name and data together surer than each', () => {
    const values = ['a@b.de', 'c@d.de', 'e@f.de', 'g@h.de', 'i@j.de']
    const one = guessColumn({ name: 'x', values: values.slice(0, 1) })?.confidence ?? 0
    const five = guessColumn({ name: 'x', values })?.confidence ?? 0
    const named = guessColumn({ name: 'email', values: [] })?.confidence ?? 0
    expect(one).toBeLessThan(five)
    expect(guessColumn({ name: 'email', values })?.confidence).toBeGreaterThan(Math.max(five, named))
  })

  test('coordinates count where the table is about persons, not for airports', () => {
    const place = [
      { name: 'lat', values: [] },
      { name: 'lon', values: [] },
    ]
    expect(guessTable([{ name: 'airport', values: ['TXL', 'MUC'] }, ...place])).toEqual([])
    const kinds = guessTable([{ name: 'email', values: [] }, ...place]).map(({ guess }) => guess.kind)
    expect(kinds).toEqual(['email', 'geolocation', 'geolocation'])
  })

  test('any name and any values give a guess or none, with a confidence between 0 and 1', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string({ unit: 'grapheme' })), (name, values) => {
        const { confidence = 0.5 } = guessColumn({ name, values }) ?? {}
        return confidence > 0 && confidence <= 1
      }),
    )
  })
})

const edge = (from: string, to: string, how: LineageEdge['how'] = 'direct'): LineageEdge => {
  const node = (text: string) => ({
    kind: 'table' as const,
    ref: text.split('.')[0] as string,
    column: text.split('.')[1] as string,
  })
  return { from: node(from), to: node(to), how }
}
const email = { personal: true, classification: 'confidential', kind: 'email' } as const
const of = (
  ref: string,
  column: string,
  tag: { personal: boolean; classification: 'public' | 'confidential' | 'restricted'; kind: string | null } = email,
) => ({ ref, column, tag })

describe('tags are handed on along column lineage', () => {
  test('copies inherit at once, what is computed is for a steward to say, what only filters inherits nothing', () => {
    const found = inheritedTags(
      [of('a/raw#raw', 'mail')],
      [
        edge('a/raw#raw.mail', 'b/clean#clean.Email'),
        edge('b/clean#clean.email', 'c/stats#stats.domain', 'derived'),
        edge('c/stats#stats.domain', 'd/more#more.domain'),
        edge('a/raw#raw.mail', 'c/stats#stats.count', 'indirect'),
      ],
    )
    expect(found.map(({ ref, column, how, tag }) => [ref, column, how, tag.kind])).toEqual([
      ['b/clean#clean', 'Email', 'direct', 'email'],
      ['c/stats#stats', 'domain', 'derived', 'email'],
      ['d/more#more', 'domain', 'derived', 'email'],
    ])
  })

  test('a column that is settled itself stops what comes from above', () => {
    const settled = [
      of('a#a', 'mail'),
      of('b#b', 'mail_hash', { personal: false, classification: 'public', kind: null }),
    ]
    const edges = [edge('a#a.mail', 'b#b.mail_hash', 'derived'), edge('b#b.mail_hash', 'c#c.mail_hash')]
    expect(inheritedTags(settled, edges)).toEqual([])
  })

  test('a circle ends, and two sources give the stricter tag', () => {
    const found = inheritedTags(
      [of('a#a', 'x'), of('b#b', 'y', { personal: false, classification: 'restricted', kind: 'card' })],
      [edge('a#a.x', 'c#c.z'), edge('b#b.y', 'c#c.z', 'derived'), edge('c#c.z', 'd#d.z'), edge('d#d.z', 'c#c.z')],
    )
    expect(found.find(({ ref }) => ref === 'd#d')).toMatchObject({
      tag: { personal: true, classification: 'restricted', kind: null },
      how: 'direct',
    })
    expect(found).toHaveLength(2)
  })
})
