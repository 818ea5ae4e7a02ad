import type { Builtins } from '../builtin.ts'
import { charged } from '../charged.ts'
import { hashes } from './hash.ts'
import { x509 } from './x509.ts'

export { decodeBase64Url } from './base64.ts'
export { decodePem } from './pem.ts'

export const crypto: Builtins = { ...charged(hashes, 20, 0.1), ...charged(x509, 5_000, 2) }
