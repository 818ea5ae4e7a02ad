import { entryHash, genesis, type Link } from './entry.ts'

export type AuditWrong = { seq: number; what: string }
/** The end of the log as somebody noted it elsewhere. */
export type AuditHead = { seq: number; hash: string }

/** The entry that retention leaves: `data` tells the last entry that it removed, `{removedTo, hash}`. */
export const retentionAction = 'audit.retained'

/**
 * Follows the chain entry by entry, in the order of their numbers; what is told first is the first thing that is wrong.
 *
 * The end of a log can be cut without a trace in the log: only `heads` noted elsewhere show it. The same holds for somebody who writes the
 * whole log anew.
 */
export const openChain = ({
  sha256,
  heads = [],
}: {
  sha256: (text: string) => string
  heads?: readonly AuditHead[]
}) => {
  const noted = new Map(heads.map((head) => [head.seq, head.hash]))
  let first: Link | undefined
  let last: { seq: number; hash: string } | undefined
  let entries = 0
  let removed: AuditHead | undefined
  let wrong: AuditWrong | null = null

  const judge = (link: Link): string | null => {
    if (last !== undefined) {
      if (link.seq <= last.seq) return `it stands after entry ${last.seq}: the order was changed, or an entry was added`
      if (link.seq > last.seq + 1)
        return link.seq === last.seq + 2
          ? `entry ${last.seq + 1} is missing before it`
          : `entries ${last.seq + 1} to ${link.seq - 1} are missing before it`
    }
    if (entryHash(link, { sha256 }) !== link.hash) return 'it was changed: its content does not give its hash'
    if (last !== undefined && link.previous !== last.hash)
      return `it does not follow entry ${last.seq}: one of the two was replaced or added`
    if (link.seq === 1 && link.previous !== genesis) return 'the first entry names another one before it'
    const note = noted.get(link.seq)
    if (note !== undefined && note !== link.hash) return 'it is not the entry that was noted: the log was written anew'
    return null
  }

  return {
    /** @returns false when something is wrong: there is no sense in going on */
    take(link: Link): boolean {
      const what = judge(link)
      if (what !== null) {
        wrong = { seq: link.seq, what }
        return false
      }
      first ??= link
      last = link
      entries += 1
      if (link.action === retentionAction && link.kind === 'retention') {
        const { removedTo, hash } = link.data
        if (typeof removedTo === 'number' && typeof hash === 'string') removed = { seq: removedTo, hash }
      }
      return true
    },
    end() {
      if (wrong === null && first !== undefined && first.seq > 1) {
        const before = first.seq - 1
        if (removed?.seq !== before)
          wrong = {
            seq: before,
            what: `entries up to ${before} are missing, and no retention says that it removed them`,
          }
        else if (removed.hash !== first.previous)
          wrong = { seq: first.seq, what: 'it does not follow the entry that retention removed last' }
      }
      const cut = heads.filter(({ seq }) => seq > (last?.seq ?? 0)).sort((a, b) => a.seq - b.seq)[0]
      if (wrong === null && cut !== undefined)
        wrong = { seq: (last?.seq ?? 0) + 1, what: `entries up to ${cut.seq} were there once: the end was cut` }
      return {
        whole: wrong === null,
        entries,
        first: first?.seq ?? null,
        last: last?.seq ?? null,
        lastHash: last?.hash ?? null,
        wrong,
      }
    },
  }
}
