import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type AuditHead, entryHash, type Link, MeshError, openChain, type ReplyOf } from '@datamesh/core'
import type { Command } from 'commander'
import { openContext } from '../context.ts'
import { bad, bold, dim, good, show, warn } from '../output.ts'
import { AnsweredNo } from '../problems.ts'
import { count, plain, table } from '../text.ts'
import { examples, UsageError, whole } from '../usage.ts'

export const auditCommand = (program: Command): void => {
  const audit = program
    .command('audit')
    .summary('who did what, when, why and from where; and the proof that nothing was changed')
    .description(
      'The append-only log of every decision, change and read. Each entry carries the hash of the one before it.',
    )
  listCommand(audit)
  exportCommand(audit)
  verifyCommand(audit)
}

type Filters = { actor?: string; kind?: string; action?: string; subject?: string; from?: string; to?: string }

const filtered = (command: Command): Command =>
  command
    .option('--actor <id>', 'only what this person, team or machine did')
    .option('--kind <kind>', 'decision, read, change, sign-in, policy or retention')
    .option('--action <name>', 'an action or its beginning: data:read, access.')
    .option('--subject <id>', 'a product, domain or principal:<id>')
    .option('--from <time>', 'not older than this ISO date or time')
    .option('--to <time>', 'older than this ISO date or time')

const listCommand = (audit: Command): void => {
  const list = filtered(audit.command('list'))
    .option('--limit <n>', 'most entries, newest first', whole(), 50)
    .summary('entries, newest first')
    .description('Shows what was done, allowed and refused. Needs the role governance or platform-admin.')
    .action(async ({ limit, ...filters }: Filters & { limit: number }, command: Command) => {
      const { output, client } = openContext(command)
      const mesh = client()
      const entries: ReplyOf<'listAudit'>['entries'] = []
      for (let before: number | undefined; entries.length < limit; ) {
        const page: ReplyOf<'listAudit'> = await mesh.call('listAudit', {
          query: { ...filters, limit: Math.min(500, limit - entries.length), ...(before ? { before } : {}) },
        })
        entries.push(...page.entries)
        if (page.next === null) break
        before = page.next
      }
      show(output, entries, (all) =>
        table(
          all.map((it) => ({
            seq: it.seq,
            at: it.at.slice(0, 19).replace('T', ' '),
            actor: plain(it.actor),
            action: plain(it.action),
            subject: plain(it.subject),
            answer: it.allow === null ? '' : it.allow ? 'allowed' : 'refused',
            because: plain(it.because),
            from: plain(it.from ?? ''),
          })),
        ),
      )
    })
  examples(
    list,
    ['datamesh audit list --kind decision --limit 20', 'the newest decisions'],
    ['datamesh audit list --actor ann --action data:read --from 2026-01-01', 'what ann has read this year'],
  )
}

const exportCommand = (audit: Command): void => {
  const exported = filtered(audit.command('export'))
    .option('--output <file>', 'write to a file; else to standard output')
    .summary('the log as lines of JSON')
    .description(
      'The first line tells the head of the log; each further one is an entry with its hash. Without filters the file can be proven whole: datamesh audit verify <file>.',
    )
    .action(async ({ output: file, ...filters }: Filters & { output?: string }, command: Command) => {
      const { output, client } = openContext(command)
      const { body } = await client().fetch('exportAudit', {
        query: filters,
        headers: { accept: 'application/x-ndjson' },
      })
      if (body === null) return
      const target = file === undefined ? process.stdout : createWriteStream(file, { mode: 0o600 })
      await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), target, {
        end: file !== undefined,
      })
      if (file !== undefined) output.note(`wrote ${file}`)
    })
  examples(exported, ['datamesh audit export --output audit.ndjson', 'everything, to keep elsewhere'])
}

type Verification = {
  whole: boolean
  entries: number
  first: number | null
  last: number | null
  lastHash: string | null
  wrong: { seq: number; what: string } | null
  partial?: boolean
}

const verifyCommand = (audit: Command): void => {
  const verify = audit
    .command('verify')
    .argument('[file]', 'an export; the log of the platform when left out')
    .option('--head <seq:hash>', 'a head that was noted elsewhere must still be in the log')
    .summary('finds a changed, missing, reordered or added entry')
    .description(
      'Computes every hash again and follows the chain. A file is verified on this machine, without the platform.\nThat the end of the log was cut, or all of it written anew, only a head that was noted elsewhere can show: note the one that this command prints.',
    )
    .action(async (file: string | undefined, options: { head?: string }, command: Command) => {
      const { output, client } = openContext(command)
      const head = options.head === undefined ? undefined : headFrom(options.head)
      const found: Verification =
        file === undefined
          ? await client().call('verifyAudit', {
              query: head === undefined ? {} : { head: `${head.seq}:${head.hash}` },
            })
          : await verifyFile(file, head)
      show(output, found, tellVerification)
      if (!found.whole) throw new AnsweredNo()
    })
  examples(
    verify,
    ['datamesh audit verify', 'the log of the platform'],
    ['datamesh audit verify audit.ndjson', 'an export, offline'],
  )
}

const tellVerification = (it: Verification): string => {
  if (it.wrong !== null) return `${bad('✗')} entry ${it.wrong.seq}: ${it.wrong.what}`
  if (it.partial)
    return `${good('✓')} ${count(it.entries)} entries, none changed\n${warn('!')} the export has filters: what is missing from it cannot be told`
  const head = it.last === null ? '' : `\n  head ${bold(`${it.last}:${it.lastHash}`)}  ${dim('note it elsewhere')}`
  return `${good('✓')} ${count(it.entries)} entries, the chain is whole${head}`
}

const headFrom = (text: string): AuditHead => {
  const [, seq, hash] = /^(\d+):([0-9a-f]{64})$/.exec(text.trim()) ?? []
  if (seq === undefined || hash === undefined)
    throw new UsageError(`${text} is no head`, 'write <seq>:<hash>, as verify prints it')
  return { seq: Number(seq), hash }
}

const sha256 = { sha256: (text: string) => createHash('sha256').update(text).digest('hex') }

/** @throws file-not-found, and audit-unreadable for what is no export */
const verifyFile = async (file: string, head: AuditHead | undefined): Promise<Verification> => {
  if (!existsSync(file)) throw new MeshError('file-not-found', { file })
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
  let chain: ReturnType<typeof openChain> | undefined
  let partial = false
  let entries = 0
  let line = 0
  for await (const text of lines) {
    line += 1
    if (text === '') continue
    const value = parsed(text)
    if (chain === undefined) {
      if (value?.datameshAudit !== 1)
        throw new MeshError('audit-unreadable', { file, why: 'its first line is none of an export' })
      partial = value.partial === true
      const end = value.head as AuditHead | null | undefined
      if (typeof end?.seq !== 'number' || typeof end.hash !== 'string')
        throw new MeshError('audit-unreadable', { file, why: 'its first line does not tell the head of the log' })
      chain = openChain({ ...sha256, heads: [...(partial || end.seq === 0 ? [] : [end]), ...(head ? [head] : [])] })
      continue
    }
    const link = value as Link | null
    if (link === null || typeof link.seq !== 'number' || typeof link.data !== 'object' || link.data === null)
      return { ...chain.end(), whole: false, wrong: { seq: 0, what: `line ${line} is no entry` } }
    if (partial) {
      entries += 1
      if (entryHash(link, sha256) !== link.hash)
        return {
          ...chain.end(),
          entries,
          whole: false,
          wrong: { seq: link.seq, what: 'it was changed: its content does not give its hash' },
        }
    } else if (!chain.take(link)) break
  }
  lines.close()
  if (chain === undefined) throw new MeshError('audit-unreadable', { file, why: 'it is empty' })
  if (partial) return { whole: true, entries, first: null, last: null, lastHash: null, wrong: null, partial }
  return chain.end()
}

/** Keys that no entry has would not be seen by the hash: an entry is what its hash is over, nothing else. */
const fields = 'action,actor,allow,at,because,data,from,hash,kind,previous,seq,subject'

const parsed = (text: string): Record<string, unknown> | null => {
  try {
    const value = JSON.parse(text) as Record<string, unknown>
    const isEntry = 'datameshAudit' in value || Object.keys(value).sort().join() === fields
    return isEntry ? value : null
  } catch {
    return null
  }
}
