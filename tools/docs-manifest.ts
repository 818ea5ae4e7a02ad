// Writes the reference of the manifest: the page, and the JSON Schema for editors. `docs-manifest.test.ts` fails when they and the code disagree.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { manifestJsonSchema, manifestReference } from '@datamesh/core'

const root = join(import.meta.dirname, '..')

/** Path → text. */
export const manifestPages = (): Record<string, string> => ({
  'docs/reference/manifest.md': manifestReference(),
  'docs/reference/dataproduct.schema.json': `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`,
})

if (import.meta.main) {
  for (const [path, text] of Object.entries(manifestPages())) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    console.log(path)
  }
}
