/** Policies, their history, verdicts and waivers. */
export const policies: readonly string[] = []
