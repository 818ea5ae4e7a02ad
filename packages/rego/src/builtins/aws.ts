import { nodeCrypto } from '../library.ts'
import { RegoObject, RegoSet, type Value } from '../value.ts'
import { BuiltinError, type Builtins, integer, object } from './builtin.ts'
import { toBytes } from './bytes.ts'
import { requestOf } from './host.ts'
import { goJson } from './json-text.ts'
import { termText } from './term-text.ts'

const needed = ['aws_access_key', 'aws_region', 'aws_secret_access_key', 'aws_service']
/** Proxies change these. */
const unsigned = new Set(['authorization', 'user-agent', 'x-amzn-trace-id'])

const sha256 = (data: Uint8Array | string): string => nodeCrypto().createHash('sha256').update(data).digest('hex')
const hmac = (key: Uint8Array | string, data: string): Buffer =>
  nodeCrypto().createHmac('sha256', key).update(data).digest()

const settings = (given: RegoObject): { named: (name: string) => string; plainBody: boolean } => {
  const missing = needed.filter((key) => !given.has(key))
  if (missing.length > 0) {
    throw new BuiltinError(
      `operand 2 missing required AWS config parameters(s): ${termText(RegoSet.of(missing))}`,
      'eval_type_error',
    )
  }
  const invalid = needed.filter((key) => typeof given.get(key) !== 'string')
  if (invalid.length > 0) {
    throw new BuiltinError(
      `operand 2 invalid values for required AWS config parameters(s): ${termText(RegoSet.of(invalid))}`,
      'eval_type_error',
    )
  }
  const plainBody = given.get('disable_payload_signing') ?? false
  if (typeof plainBody !== 'boolean')
    throw new BuiltinError("operand 2 invalid value for 'disable_payload_signing' in AWS config", 'eval_type_error')
  const named = (name: string): string => {
    const value = given.get(name)
    return typeof value === 'string' ? value : ''
  }
  return { named, plainBody }
}

const bodyOf = (request: RegoObject): Uint8Array => {
  const raw = request.get('raw_body')
  if (raw !== undefined) return toBytes(typeof raw === 'string' ? raw : '')
  const body = request.get('body')
  return toBytes(body === undefined ? '' : goJson(body))
}

/** Rule: AWS, Signature Version 4 */
const sign = (request: RegoObject, config: RegoObject, nanoseconds: bigint): Value => {
  const { named, plainBody } = settings(config)
  const { method, url } = requestOf(request)
  const headers = request.get('headers') ?? new RegoObject()
  if (!(headers instanceof RegoObject)) throw new BuiltinError('operand 0 must be object', 'eval_type_error')
  const [, host = '', path = '', query = ''] =
    /^[^:/?#]+:\/\/(?:[^@/?#]*@)?([^/?#]*)([^?#]*)(?:\?([^#]*))?/.exec(url) ?? []
  const stamp = `${new Date(Number(nanoseconds / 1_000_000n)).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`
  const day = stamp.slice(0, 8)
  const service = named('aws_service')
  const content = plainBody ? 'UNSIGNED-PAYLOAD' : sha256(bodyOf(request))
  const session = named('aws_session_token')
  const own: Record<string, string> = {
    host,
    'x-amz-date': stamp,
    ...(service === 's3' || service === 'glacier' ? { 'x-amz-content-sha256': content } : {}),
    ...(session === '' ? {} : { 'x-amz-security-token': session }),
  }
  const given = [...headers.entries()].map(
    ([key, value]) => [String(key), typeof value === 'string' ? value : ''] as const,
  )
  const signed = new Map(Object.entries(own))
  for (const [key, value] of given) if (!unsigned.has(key.toLowerCase())) signed.set(key.toLowerCase(), value)
  const names = [...signed.keys()].sort()
  const canonical = [
    method,
    path,
    query,
    ...names.map((name) => `${name}:${signed.get(name)}`),
    '',
    names.join(';'),
    content,
  ].join('\n')
  const scope = `${day}/${named('aws_region')}/${service}/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, sha256(toBytes(canonical))].join('\n')
  const key = [named('aws_region'), service, 'aws4_request'].reduce(
    (last, part) => hmac(last, part),
    hmac(`AWS4${named('aws_secret_access_key')}`, day),
  )
  const authorization = `AWS4-HMAC-SHA256 Credential=${named('aws_access_key')}/${scope},SignedHeaders=${names.join(';')},Signature=${hmac(key, toSign).toString('hex')}`
  const all = RegoObject.of([...given, ['Authorization', authorization], ...Object.entries(own)])
  return RegoObject.of([...request.entries(), ['headers', all]])
}

export const aws: Builtins = {
  'providers.aws.sign_req': {
    args: ['object', 'object', 'number'],
    result: 'any',
    eval: (args) => sign(object(args, 1), object(args, 2), BigInt(integer(args, 3))),
  },
}
