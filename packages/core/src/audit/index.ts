export { type AuditHead, type AuditWrong, openChain, retentionAction } from './chain.ts'
export { type AuditFacts, canonicalJson, entryHash, genesis, headOf, type Link } from './entry.ts'
