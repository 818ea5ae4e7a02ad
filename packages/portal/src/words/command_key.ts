/** `⌘↵` where that key exists, else `Ctrl ↵`. */
export const commandKey = (key: string): string =>
  /Mac|iP(hone|ad)/.test(navigator.userAgent) ? `⌘${key}` : `Ctrl ${key}`
