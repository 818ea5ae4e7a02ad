export {
  type AuditQuestion,
  appendAudit,
  auditBefore,
  auditHead,
  auditLinks,
  fromAddress,
  type NewAuditEntry,
  retainAudit,
  verifyAudit,
} from './audit.ts'
export { AuditLog, type AuditRead } from './audit_log.ts'
export type { BackupReport } from './backup.ts'
export { openEar } from './ear.ts'
export * from './events.ts'
export * from './json.ts'
export * from './keys/index.ts'
export * from './restore.ts'
export * from './schema.ts'
export * from './store.ts'
