import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Issue, readManifests } from '@datamesh/core'
import type { Command } from 'commander'
import { openContext } from '../context.ts'
import { bold, good, plural, show } from '../output.ts'
import { AnsweredNo, tellIssue } from '../problems.ts'
import { findRoot, openProduct, openWorkspace, shown } from '../workspace.ts'

type Validated = { file: string; ok: boolean; documents: string[]; issues: Issue[] }

export const validateCommand = (program: Command): void => {
  program
    .command('validate')
    .argument('[paths...]', 'manifests, product folders or a mesh folder; this folder when left out')
    .option('--strict', 'warnings count as mistakes')
    .summary('check manifests: every mistake at once, with file:line:column and what to write instead')
    .description(
      'Reads manifests (kind: DataProduct, Domain, Mesh, or an ownership map) and tells every mistake at once.\nExit code 0 when all is well, 1 when there are mistakes.',
    )
    .action((paths: string[], options: { strict?: boolean }, command: Command) => {
      const { output } = openContext(command)
      const sources: Record<string, string> = {}
      const results = (paths.length > 0 ? paths : ['.'])
        .flatMap((path) => filesOf(path))
        .map((file) => validateFile(file, sources))
      const failed = results.filter((each) => !each.ok || (options.strict && each.issues.length > 0))
      show(output, { ok: failed.length === 0, files: results }, () =>
        [
          ...results.flatMap((each) => [
            ...each.issues.map((issue) => tellIssue(issue, sources)),
            ...(each.ok ? [`${good('✓')} ${each.file}  ${each.documents.join(', ')}`] : []),
          ]),
          failed.length === 0
            ? ''
            : `${bold(plural(failed.length, 'file'))} to mend, ${plural(results.flatMap((each) => each.issues).length, 'finding')}`,
        ]
          .join('\n')
          .trimEnd(),
      )
      if (failed.length > 0) throw new AnsweredNo()
    })
}

/** A manifest, the manifest of a product folder, or everything a mesh folder names. */
function filesOf(path: string): string[] {
  if (!existsSync(path) || !lstatSync(path).isDirectory()) return [path]
  if (existsSync(join(path, 'dataproduct.yaml'))) return [join(path, 'dataproduct.yaml')]
  const root = findRoot(path)
  if (!root) return [join(path, 'dataproduct.yaml')]
  const workspace = openWorkspace(root)
  return [
    join(root, 'datamesh.yaml'),
    ...workspace.domainFiles,
    ...workspace.products.map((each) => join(each.folder, each.manifest)),
  ]
}

function validateFile(path: string, sources: Record<string, string>): Validated {
  const name = shown(path)
  const read = /dataproduct\.ya?ml$/.test(path) ? openProduct(path) : null
  if (!existsSync(path)) {
    return {
      file: name,
      ok: false,
      documents: [],
      issues: [
        {
          code: 'file-not-found',
          severity: 'error',
          message: `there is no file ${name}`,
          fix: 'the path of a manifest',
        },
      ],
    }
  }
  const bytes = readFileSync(path)
  sources[name] = bytes.toString('utf8')
  const { documents, issues, meshes } = read
    ? { documents: read.product ? [read.product] : [], meshes: [], issues: read.issues }
    : readManifests(bytes, name)
  return {
    file: name,
    ok: issues.every((issue) => issue.severity !== 'error'),
    documents: [...meshes, ...documents].map((document) =>
      'id' in document ? `${document.kind} ${document.id} ${document.version}` : `${document.kind} ${document.name}`,
    ),
    issues,
  }
}
