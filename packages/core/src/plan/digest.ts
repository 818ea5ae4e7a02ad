/** Content digest of a release: the same files give the same digest, in whatever order they come. `sha256` gives hex. */
export function digestOf(
  files: Readonly<Record<string, string>>,
  { sha256 }: { sha256: (text: string) => string },
): string {
  const lines = Object.keys(files)
    .sort()
    .map((path) => `${sha256(files[path]!)} ${path.length} ${path}\n`)
  return `sha256:${sha256(lines.join(''))}`
}
