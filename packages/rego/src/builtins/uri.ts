import { RegoObject } from '../value.ts'
import { BuiltinError, type Builtins, text } from './builtin.ts'
import { percentDecoded, percentEncoded } from './encoding.ts'
import { quoted } from './term-text.ts'

/** Parts that are there, as text. Rule: Go, url.Parse. */
const parse = (source: string): RegoObject => {
  const fail = (what: string): BuiltinError => new BuiltinError(`parse ${quoted(source)}: ${what}`)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is refused
  if (/[\x00-\x1f\x7f]/.test(source)) throw fail('net/url: invalid control character in URL')
  const decoded = (part: string): string => {
    try {
      return percentDecoded(part)
    } catch (error) {
      throw fail(error instanceof Error ? error.message : String(error))
    }
  }
  const made = new RegoObject()
  const put = (name: string, value: string): void => {
    if (value !== '') made.put(name, value)
  }
  const hash = source.indexOf('#')
  let rest = hash < 0 ? source : source.slice(0, hash)
  if (hash >= 0) put('fragment', decoded(source.slice(hash + 1)))
  if (rest.startsWith(':')) throw fail('missing protocol scheme')
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(rest)?.[1] ?? ''
  put('scheme', scheme.toLowerCase())
  if (scheme !== '') rest = rest.slice(scheme.length + 1)
  const question = rest.indexOf('?')
  if (question >= 0) {
    put('raw_query', rest.slice(question + 1))
    rest = rest.slice(0, question)
  }
  if (!rest.startsWith('/')) {
    if (scheme !== '') return made
    if ((rest.split('/')[0] as string).includes(':')) throw fail('first path segment in URL cannot contain colon')
  }
  if (rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'))) {
    const slash = rest.indexOf('/', 2)
    const authority = rest.slice(2, slash < 0 ? rest.length : slash)
    rest = slash < 0 ? '' : rest.slice(slash)
    const at = authority.lastIndexOf('@')
    if (at >= 0 && /[^A-Za-z0-9\-._:~!$&'()*+,;=%@]/.test(authority.slice(0, at)))
      throw fail('net/url: invalid userinfo')
    const host = authority.slice(at + 1)
    if (/[ "<>\\^`{|}]/.test(host))
      throw fail(`invalid character ${quoted(/[ "<>\\^`{|}]/.exec(host)?.[0] ?? '')} in host name`)
    const [, name = '', after = ''] = /^(\[[^\]]*\]|[^:]*)(.*)$/.exec(host) ?? []
    if (host.startsWith('[') && !name.endsWith(']')) throw fail("missing ']' in host")
    if (after !== '' && !/^:\d*$/.test(after)) throw fail(`invalid port ${quoted(after)} after host`)
    put('hostname', decoded(name.replace(/^\[|\]$/g, '')))
    put('port', after.slice(1))
  }
  const path = decoded(rest.replaceAll('+', '%2B'))
  put('path', path)
  if (path !== '') put('raw_path', percentEncoded(path) === rest ? path : rest)
  return made
}

export const uri: Builtins = {
  'uri.parse': { args: ['string'], result: 'object', eval: (args) => parse(text(args, 1)) },
  'uri.is_valid': {
    args: ['string'],
    result: 'boolean',
    eval: ([source]) => {
      if (typeof source !== 'string' || source === '') return false
      try {
        parse(source)
        return true
      } catch (error) {
        if (error instanceof BuiltinError) return false
        throw error
      }
    },
  },
}
