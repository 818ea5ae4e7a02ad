import { Check, GitBranch, X } from 'lucide-react'
import { useState } from 'react'
import type { Reply } from '../../api/index.ts'
import { Badge, Button, Checkbox, Classification, cn, Select, sentence } from '../../ui/index.ts'
import { ago, percent, when } from '../../words/index.ts'
import { columnKindWord } from './words.ts'

export type Proposal = Reply<'listProposals'>['proposals'][number]

const levels = ['public', 'internal', 'confidential', 'restricted'] as const

/** One guess: what the column seems to hold, how sure, and because of what. */
export function ProposalRow({
  proposal,
  may,
  busy,
  chosen,
  onChoose,
  onDecide,
}: {
  proposal: Proposal
  may: boolean
  busy: boolean
  chosen?: boolean
  onChoose?: (on: boolean) => void
  onDecide: (decision: { decision: 'accept' | 'reject'; classification?: string }) => void
}) {
  const [level, setLevel] = useState(proposal.classification)
  const name = `${proposal.table}.${proposal.column}`
  const accept = () =>
    onDecide({ decision: 'accept', ...(level === proposal.classification ? {} : { classification: level }) })
  return (
    <section
      aria-label={name}
      className="grid grid-cols-[minmax(0,15rem)_minmax(0,1fr)_auto] items-start gap-x-4 gap-y-2 px-4 py-2.5 max-lg:grid-cols-1"
    >
      <div className="flex min-w-0 items-start gap-2.5">
        {onChoose && (
          <Checkbox
            label={<span className="sr-only">Choose {name}</span>}
            checked={chosen ?? false}
            onChange={(event) => onChoose(event.target.checked)}
          />
        )}
        <div className="min-w-0">
          <p className="truncate font-mono text-xs leading-5" title={name}>
            <span className="text-ink-3">{proposal.table}.</span>
            {proposal.column}
          </p>
          <p className="mt-1 flex flex-wrap items-center gap-1.5">
            <Badge tone={proposal.personal ? 'bad' : 'neutral'}>{columnKindWord(proposal.kind)}</Badge>
            {proposal.source === 'lineage' && (
              <Badge tone="accent" title="An input's column is classified so; it was handed on">
                <GitBranch className="size-3" aria-hidden />
                inherited
              </Badge>
            )}
          </p>
        </div>
      </div>
      <div className="min-w-0">
        <Confidence of={proposal.confidence} />
        <ul className="mt-1 text-ink-2 text-xs">
          {proposal.because.map((because) => (
            <li key={because} className="[overflow-wrap:anywhere]">
              {sentence(because)}
            </li>
          ))}
        </ul>
      </div>
      <div className="flex flex-wrap items-center gap-2 lg:justify-end">
        {proposal.state !== 'proposed' && (
          <span className="text-ink-3 text-xs" title={proposal.decidedAt ? when(proposal.decidedAt) : undefined}>
            {proposal.decidedBy ?? 'the platform'}
            {proposal.decidedAt && `, ${ago(proposal.decidedAt)}`}
          </span>
        )}
        {may ? (
          <Select
            bare
            label={`Class of ${name}`}
            className="w-36"
            value={level}
            onChange={setLevel}
            options={levels.map((value) => ({ value, label: value }))}
          />
        ) : (
          <Classification level={proposal.classification} />
        )}
        {may && (proposal.state !== 'rejected' || level !== proposal.classification) && (
          <Button
            size="icon"
            variant="ghost"
            disabled={busy || proposal.state === 'rejected'}
            onClick={() => onDecide({ decision: 'reject' })}
            aria-label={`Reject ${name}`}
            title="Reject"
          >
            <X className="size-4" aria-hidden />
          </Button>
        )}
        {may && (proposal.state !== 'accepted' || level !== proposal.classification) && (
          <Button size="sm" className="h-8" disabled={busy} onClick={accept} aria-label={`Accept ${name} as ${level}`}>
            <Check className="size-3.5" aria-hidden />
            {proposal.state === 'accepted' ? 'Change' : 'Accept'}
          </Button>
        )}
      </div>
    </section>
  )
}

const Confidence = ({ of }: { of: number }) => (
  <p className="flex h-5 items-center gap-2">
    <span className="h-1.5 w-24 shrink-0 overflow-hidden rounded-full bg-line" aria-hidden>
      <i
        className={cn(
          'block h-full rounded-full',
          of >= 0.8 ? 'bg-accent' : of >= 0.5 ? 'bg-accent/70' : 'bg-ink-3/60',
        )}
        style={{ width: `${of * 100}%` }}
      />
    </span>
    <span className="text-ink-2 text-xs tabular-nums">{percent(of, 0)} sure</span>
  </p>
)
