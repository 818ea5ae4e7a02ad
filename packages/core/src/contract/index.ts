export { asks } from './asks.ts'
export {
  type Breach,
  breaches,
  budgetOf,
  burnDown,
  burnRate,
  type Measurement,
  reduced,
  type Span,
  spansOf,
} from './budget.ts'
export {
  type Encryption,
  type EncryptionDefault,
  encryptionOf,
  isAes256,
  isEncrypted,
  isSecretColumn,
} from './encryption.ts'
export { schemaChecks } from './schema-checks.ts'
export { contractTerms, type Term } from './terms.ts'
export { notEnforced, type Unenforced } from './unenforced.ts'
