import type { Issue } from '../errors.ts'

/** Longest manifest that is read. A thousand described columns are 200 kB; more is no manifest, and reading it would hold everybody up. */
const maxManifestBytes = 1024 * 1024

/** Bytes of a file as text: UTF-8 with or without mark, UTF-16 by its mark. What cannot be text is one issue, never a crash. */
export function decodeText(source: string | Uint8Array, file: string): { text: string; issues: Issue[] } {
  const at = { file, line: 1, column: 1 }
  const refuse = (code: string, message: string, fix: string, where = at) => ({
    text: '',
    issues: [{ code, message, severity: 'error' as const, at: where, fix }],
  })
  if (source.length > maxManifestBytes)
    return refuse(
      'file-too-large',
      `the file has ${(source.length / 1048576).toFixed(1)} MB; at most 1 MB is read`,
      'split it: one file per product, data into data files',
    )
  let text: string
  if (typeof source === 'string') text = source
  else {
    const encoding =
      source[0] === 0xff && source[1] === 0xfe
        ? 'utf-16le'
        : source[0] === 0xfe && source[1] === 0xff
          ? 'utf-16be'
          : 'utf-8'
    try {
      text = new TextDecoder(encoding, { fatal: true }).decode(source)
    } catch {
      return refuse('encoding-invalid', `the file is not ${encoding.toUpperCase()} text`, 'save it as UTF-8')
    }
  }
  if (text.startsWith('\uFEFF')) text = text.slice(1)
  const nul = text.indexOf('\0')
  if (nul >= 0) {
    const before = text.slice(0, nul)
    const line = before.split('\n').length
    const where = { file, line, column: nul - before.lastIndexOf('\n') }
    return refuse('encoding-invalid', 'the file has NUL characters; it is no text', 'save it as UTF-8', where)
  }
  return { text, issues: [] }
}
