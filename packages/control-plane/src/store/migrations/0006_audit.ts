/** The audit log, chained by hash, and keys of encrypted data. */
export const audit: readonly string[] = []
