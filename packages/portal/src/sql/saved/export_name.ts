/** `On-time rate by segment` → `on-time-rate-by-segment`: a name that every file system takes; null when nothing is left of it. */
export const fileNameOf = (name: string): string | null => {
  const plain = name
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 80)
  return plain === '' ? null : plain
}
