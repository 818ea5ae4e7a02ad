const ranks = [/(?<!_test)\.rego$/, /_test\.rego$/, /\.ya?ml$/, /\.json$/]
const rank = (path: string): number => {
  const at = ranks.findIndex((each) => each.test(path))
  return at < 0 ? ranks.length : at
}

/** The rule first, then its tests, its document, the rest. */
export const filesInOrder = (files: Readonly<Record<string, string>>): string[] =>
  Object.keys(files).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
