/** What access needs beside a grant: approvals, masks, history, keys of consumers. */
export const grants: readonly string[] = []
