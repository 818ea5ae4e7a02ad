import { RegoObject, RegoSet, type Value } from '../value.ts'
import { type Builtin, BuiltinError, type Builtins, object, text } from './builtin.ts'
import { termText } from './term-text.ts'

/** An address that is written as one needs nobody to be asked. */
const address = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:]*(?:\d{1,3}(?:\.\d{1,3}){3})?)$/

const refused = (name: string, why: string): BuiltinError => new BuiltinError(`${name} is not available here: ${why}`)

const parameters = new Set(
  `body caching_mode cache cache_ignored_headers enable_redirect force_cache force_cache_duration_seconds force_json_decode force_yaml_decode headers
   max_retry_attempts method raise_error raw_body timeout tls_ca_cert tls_ca_cert_env_variable tls_ca_cert_file tls_client_cert
   tls_client_cert_env_variable tls_client_cert_file tls_client_key tls_client_key_env_variable tls_client_key_file tls_insecure_skip_verify
   tls_server_name tls_use_system_certs url`.split(/\s+/),
)

/** A request as `http.send` takes it. @throws BuiltinError */
export const requestOf = (request: RegoObject): { method: string; url: string } => {
  const set = (names: readonly Value[]): string => termText(RegoSet.of(names))
  const unknown = request.keys().filter((key) => typeof key !== 'string' || !parameters.has(key))
  if (unknown.length > 0)
    throw new BuiltinError(`operand 1 invalid request parameters(s): ${set(unknown)}`, 'eval_type_error')
  const missing = ['method', 'url'].filter((key) => !request.has(key))
  if (missing.length > 0) {
    throw new BuiltinError(`operand 1 missing required request parameters(s): ${set(missing)}`, 'eval_type_error')
  }
  const [method, url] = [request.get('method'), request.get('url')]
  if (typeof method !== 'string' || typeof url !== 'string') {
    const wrong = ['method', 'url'].filter((key) => typeof request.get(key) !== 'string')
    throw new BuiltinError(
      `operand 1 invalid values for required request parameters(s): ${set(wrong)}`,
      'eval_type_error',
    )
  }
  return { method, url }
}

const send: Builtin = {
  args: ['object'],
  result: 'any',
  nondeterministic: true,
  refused: 'always fails: policies read no network',
  eval: (args) => {
    requestOf(object(args, 1))
    throw refused(
      'http.send',
      'policies read no network, so that the same question always has the same answer. Put what it would fetch into data or input.',
    )
  },
}

/** What asks the host it runs on. */
export const host: Builtins = {
  'opa.runtime': {
    args: [],
    result: 'object',
    nondeterministic: true,
    refused: 'has `env` only, as the caller hands it in',
    // only what the caller hands in: nothing of this machine
    eval: (_, { env }) => {
      const entries = Object.entries(env)
      return entries.length === 0 ? new RegoObject() : RegoObject.of([['env', RegoObject.of(entries)]])
    },
  },
  'http.send': send,
  'net.lookup_ip_addr': {
    args: ['string'],
    result: 'set',
    nondeterministic: true,
    refused: 'names are not looked up: addresses and `localhost` only',
    eval: (args) => {
      const name = text(args, 1)
      // Rule: RFC 6761, 6.3: this name always means the machine itself
      if (/^(.*\.)?localhost\.?$/i.test(name)) return RegoSet.of(['127.0.0.1'])
      if (address.test(name)) return RegoSet.of([name.toLowerCase()])
      throw refused(
        'net.lookup_ip_addr',
        `names are not looked up (${name}), so that the same question always has the same answer. Put the addresses into data or input.`,
      )
    },
  },
}
