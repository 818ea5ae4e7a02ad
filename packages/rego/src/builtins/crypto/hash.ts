import { nodeCrypto } from '../../library.ts'
import { type Builtin, type Builtins, text } from '../builtin.ts'
import { toBytes } from '../bytes.ts'

const hash = (algorithm: string): Builtin => ({
  args: ['string'],
  result: 'string',
  eval: (args) =>
    nodeCrypto()
      .createHash(algorithm)
      .update(toBytes(text(args, 1)))
      .digest('hex'),
})

const hmac = (algorithm: string): Builtin => ({
  args: ['string', 'string'],
  result: 'string',
  eval: (args) =>
    nodeCrypto()
      .createHmac(algorithm, toBytes(text(args, 2)))
      .update(toBytes(text(args, 1)))
      .digest('hex'),
})

export const hashes: Builtins = {
  'crypto.md5': hash('md5'),
  'crypto.sha1': hash('sha1'),
  'crypto.sha256': hash('sha256'),
  'crypto.hmac.md5': hmac('md5'),
  'crypto.hmac.sha1': hmac('sha1'),
  'crypto.hmac.sha256': hmac('sha256'),
  'crypto.hmac.sha512': hmac('sha512'),
  // takes the same time wherever the two differ
  'crypto.hmac.equal': {
    args: ['string', 'string'],
    result: 'boolean',
    eval: (args) => {
      const left = toBytes(text(args, 1))
      const right = toBytes(text(args, 2))
      return left.length === right.length && nodeCrypto().timingSafeEqual(left, right)
    },
  },
}
