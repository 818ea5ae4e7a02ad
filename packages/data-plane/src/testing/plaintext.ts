import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** Files under a folder in which a text stands in clear, as UTF-8 or UTF-16. */
export const filesWith = async (folder: string, text: string): Promise<string[]> => {
  const found: string[] = []
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const bytes = await readFile(file).catch(() => Buffer.alloc(0))
    if (bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le'))) found.push(relative(folder, file))
  }
  return found
}
