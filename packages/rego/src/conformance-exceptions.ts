/** Cases of OPA's suite that do not pass, by their note, and why. Nothing may be listed that passes. */
export const exceptions: Readonly<Record<string, string>> = {}
