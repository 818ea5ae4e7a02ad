import { describe, expect, test } from 'vitest'
import { compile, type EvaluateOptions } from '../index.ts'

const nothing = compile([])
const evaluate = (query: string, options: EvaluateOptions = {}): unknown =>
  nothing.evaluate({ query }, { strictBuiltinErrors: true, ...options }).value

describe('what asks the host', () => {
  test('http.send says no, why, and what to do instead', () => {
    expect(() => evaluate('http.send({"method": "get", "url": "https://example.com"})')).toThrow(
      /not available here: policies read no network.*Put what it would fetch into data or input/,
    )
  })
  test('without strict errors a refused call is undefined, and never true', () => {
    expect(nothing.evaluate({ query: 'http.send({"method": "get", "url": "https://example.com"})' }).answers).toEqual(
      [],
    )
  })
  test('addresses are their own answer, names are not looked up', () => {
    expect(evaluate('net.lookup_ip_addr("10.0.0.1")')).toEqual(['10.0.0.1'])
    expect(evaluate('net.lookup_ip_addr("::1")')).toEqual(['::1'])
    expect(() => evaluate('net.lookup_ip_addr("example.com")')).toThrow('names are not looked up')
  })
  test('opa.runtime shows what the caller hands in and nothing of this process', () => {
    expect(evaluate('opa.runtime()')).toEqual({})
    expect(evaluate('opa.runtime()', { env: { REGION: 'eu' } })).toEqual({ env: { REGION: 'eu' } })
  })
})

describe('schemas and trees that never end', () => {
  test('a schema that refers only to itself is an error and no endless loop', () => {
    expect(() => evaluate('json.match_schema({"a": 1}, {"allOf": [{"$ref": "#"}]})')).toThrow(/without end/)
  })
  test('schemas of other places are never fetched', () => {
    expect(evaluate('json.verify_schema({"$ref": "https://example.com/schema.json"})')).toEqual([
      false,
      'jsonschema: remote reference loading disabled: https://example.com/schema.json (put the schema into the policy or into data)',
    ])
    expect(evaluate('json.verify_schema({"$ref": "file:///etc/passwd"})')).toEqual([
      false,
      expect.stringContaining('remote reference loading disabled'),
    ])
  })
  test('a GraphQL text that nests without end is an error', () => {
    expect(() => evaluate('graphql.parse_query(input)', { input: '{a'.repeat(100_000) })).toThrow('nests deeper')
    expect(() => evaluate('graphql.parse_query(input)', { input: `{a(b:${'['.repeat(100_000)}` })).toThrow(
      'nests deeper',
    )
    expect(evaluate('graphql.is_valid(input, "type Query { a: Int }")', { input: '{a'.repeat(100_000) })).toBe(false)
  })
  test('comparing very many fields costs steps', () => {
    const input = `{${'a '.repeat(50_000)}}`
    expect(() =>
      evaluate('graphql.is_valid(input, "type Query { a: Int }")', { input, limits: { steps: 1_000_000 } }),
    ).toThrow(expect.objectContaining({ code: 'eval_limit_error' }))
  })
})

describe('texts that make careless code take the square of their length', () => {
  const quick = (query: string, input: unknown): void => {
    const start = performance.now()
    try {
      evaluate(query, { input })
    } catch {
      // an error is as good an answer
    }
    expect(performance.now() - start).toBeLessThan(5_000)
  }
  const many = 300_000
  const token = (payload: string): string =>
    `${Buffer.from('{"cty":"JWT"}').toString('base64url')}.${Buffer.from(payload).toString('base64url')}.`
  test.each([
    ['quotes around a token', 'io.jwt.decode(input)', token(`x${'"'.repeat(many)}x`)],
    [
      'beginnings of PEM blocks',
      'crypto.parse_private_keys(input)',
      `${'-----BEGIN X-----\n'.repeat(many / 10)}a\n-----END Y-----\n`,
    ],
    [
      'an e-mail of blanks',
      'json.match_schema({"a": input}, {"properties": {"a": {"format": "email"}}})',
      `${' '.repeat(many)}<`,
    ],
    [
      'a host of quotes',
      'crypto.x509.parse_and_verify_certificates_with_options("", {"DNSName": input})',
      `${'"'.repeat(many)}x`,
    ],
    ['a long line of GraphQL', 'graphql.parse_query(input)', `{${'a '.repeat(many)}`],
    ['a GraphQL text beyond the basic plane', 'graphql.parse_query(input)', `{a(b:"${'😀'.repeat(many)}")`],
  ])('%s', (_, query, input) => quick(query, input))
})

test('hmac.equal tells equal from unequal digests', () => {
  expect(evaluate('crypto.hmac.equal("abc", "abc")')).toBe(true)
  expect(evaluate('crypto.hmac.equal("abc", "abd")')).toBe(false)
  expect(evaluate('crypto.hmac.equal("abc", "abcd")')).toBe(false)
})
