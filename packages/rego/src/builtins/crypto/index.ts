import type { Builtins } from '../builtin.ts'
import { hashes } from './hash.ts'
import { x509 } from './x509.ts'

export { decodeBase64, decodeBase64Url } from './base64.ts'
export { decodePem } from './pem.ts'

export const crypto: Builtins = { ...hashes, ...x509 }
