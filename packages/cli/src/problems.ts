import { existsSync, readFileSync } from 'node:fs'
import { type ErrorKind, type Issue, isMeshError, placeOf } from '@datamesh/core'
import { ApiError } from '@datamesh/sdk'
import { bad, bold, dim, type Output, paint, warn } from './output.ts'
import { harmless, plain } from './text.ts'
import { UsageError } from './usage.ts'

/** 0 fine · 1 the answer is no · 2 the command was used wrongly · 3 the platform failed. Documented in docs/reference/cli.md. */
export const exitCodes = { fine: 0, no: 1, usage: 2, failed: 3 } as const
const exitCodeOf = (kind: ErrorKind): number => (kind === 'failed' ? exitCodes.failed : exitCodes.no)

/** A no that the command itself found (checks failed, manifests have mistakes): shown already, only the exit code is left. */
export class AnsweredNo extends Error {}

/** One mistake in a file, with the line itself and a mark under the column when the text is at hand. */
export function tellIssue(issue: Issue, sources: Readonly<Record<string, string>> = {}): string {
  const sign = issue.severity === 'error' ? bad('✗') : warn('!')
  const head = `${sign} ${issue.at ? `${paint('cyan', placeOf(issue.at))} ` : ''}${issue.message}${issue.path ? dim(`  ${issue.path}`) : ''}`
  const line = issue.at ? sources[issue.at.file]?.split('\n')[issue.at.line - 1] : undefined
  const excerpt =
    line === undefined || !issue.at
      ? []
      : [
          dim(`    ${issue.at.line} │ ${harmless(line.slice(0, 120))}`),
          dim(`    ${' '.repeat(String(issue.at.line).length)} │ ${' '.repeat(Math.max(0, issue.at.column - 1))}^`),
        ]
  return [head, ...excerpt, ...(issue.fix ? [`    ${bold('write:')} ${issue.fix.replace(/^write /, '')}`] : [])].join(
    '\n',
  )
}

type Told = {
  code: string
  title: string
  hint: string
  kind: ErrorKind
  issues: readonly Issue[]
  facts: unknown
  requestId?: string
}

function told(error: unknown): Told {
  if (isMeshError(error) || error instanceof ApiError) {
    const { code, message: title, hint, kind, issues, facts } = error
    const requestId = error instanceof ApiError ? error.requestId : null
    return { code, title, hint, kind, issues, facts, ...(requestId ? { requestId } : {}) }
  }
  const message = error instanceof Error ? error.message : String(error)
  return {
    code: 'unexpected',
    title: message,
    hint: 'run again with DATAMESH_DEBUG=1 for the stack, and report it',
    kind: 'failed',
    issues: [],
    facts: {},
  }
}

/** Tells an error on stderr (or as JSON on stdout) and returns the exit code. */
export function tellError(error: unknown, output: Output): number {
  if (error instanceof AnsweredNo) return exitCodes.no
  if (error instanceof UsageError) {
    if (output.json)
      output.write(
        JSON.stringify({ error: { code: 'usage', title: error.message, hint: error.hint, kind: 'invalid' } }),
      )
    else output.note(`${bad('✗')} ${error.message}\n  ${bold('next:')} ${error.hint}`)
    return exitCodes.usage
  }
  const it = told(error)
  if (output.json) output.write(JSON.stringify({ error: it }))
  else {
    output.note(`${bad('✗')} ${plain(it.title)}  ${dim(`[${it.code}]`)}`)
    const sources = sourcesOf(it.issues)
    for (const issue of it.issues) output.note(tellIssue(issue, sources))
    output.note(`  ${bold('next:')} ${it.hint}${it.requestId ? dim(`  (request ${it.requestId})`) : ''}`)
    if (process.env.DATAMESH_DEBUG && error instanceof Error) output.note(dim(error.stack ?? ''))
  }
  return exitCodeOf(it.kind)
}

/** Files that lie here are shown with the line; those of another machine only by their place. */
function sourcesOf(issues: readonly Issue[]): Record<string, string> {
  const files = new Set(issues.flatMap((issue) => (issue.at && existsSync(issue.at.file) ? [issue.at.file] : [])))
  return Object.fromEntries([...files].map((file) => [file, readFileSync(file, 'utf8')]))
}
