import { getRouteApi } from '@tanstack/react-router'
import { Check, ScanSearch, X } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useApi } from '../../api/index.ts'
import { useMe } from '../../shell/me.ts'
import {
  Button,
  Card,
  Checkbox,
  EmptyState,
  Loaded,
  readable,
  Segment,
  SegmentList,
  SkeletonRows,
  Tabs,
} from '../../ui/index.ts'
import { partsOf, plural } from '../../words/index.ts'
import { ProductLink } from '../parts.tsx'
import { mayClassify } from '../words.ts'
import { type Proposal, ProposalRow } from './proposal_row.tsx'
import { useDecisions } from './use_decisions.ts'

const page = getRouteApi('/frame/governance')
const states = { proposed: 'Waiting', accepted: 'Accepted', rejected: 'Rejected' } as const
type State = keyof typeof states

/** What columns seem to hold. A steward says whether that is so; from then on masks and policies count on it. */
export function Classification() {
  const { product } = page.useSearch()
  const me = useMe()
  const [state, setState] = useState<State>('proposed')
  const proposals = useApi('listProposals', { query: { state, ...(product && { product }) } })
  return (
    <div className="flex flex-col gap-3.5">
      <Tabs value={state} onValueChange={setState}>
        <SegmentList aria-label="State of proposals" className="w-fit">
          {Object.entries(states).map(([value, word]) => (
            <Segment key={value} value={value}>
              {word}
            </Segment>
          ))}
        </SegmentList>
      </Tabs>
      <Loaded
        from={proposals}
        skeleton={
          <Card>
            <SkeletonRows rows={8} />
          </Card>
        }
        isEmpty={({ proposals }) => proposals.length === 0}
        empty={<Nothing state={state} />}
      >
        {({ proposals }) => (
          <List
            key={state}
            proposals={proposals}
            mayDecide={(id) => mayClassify(me.data, partsOf(id).domain)}
            waiting={state === 'proposed'}
          />
        )}
      </Loaded>
    </div>
  )
}

function List({
  proposals,
  mayDecide,
  waiting,
}: {
  proposals: readonly Proposal[]
  mayDecide: (product: string) => boolean
  waiting: boolean
}) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const { decide, busy } = useDecisions()
  const groups = useMemo(() => [...Map.groupBy(proposals, ({ product }) => product)], [proposals])
  const toChoose = proposals.filter(({ product }) => waiting && mayDecide(product)).map(({ id }) => id)
  const marked = toChoose.filter((id) => chosen.has(id))
  const toggle = (ids: readonly string[], on: boolean) => {
    const next = new Set(chosen)
    for (const id of ids)
      if (on) next.add(id)
      else next.delete(id)
    setChosen(next)
  }
  const decideMarked = async (decision: 'accept' | 'reject') => {
    await decide(marked.map((id) => ({ id, decision })))
    setChosen(new Set())
  }
  return (
    <div className="flex flex-col gap-3.5">
      {toChoose.length > 0 && (
        <div className="sticky top-0 z-20 flex min-h-11 flex-wrap items-center gap-2 rounded-xl border border-line bg-surface px-4 py-1.5 shadow-card max-md:top-12">
          <Checkbox
            label={marked.length === 0 ? 'Choose all' : `${plural(marked.length, 'column')} chosen`}
            checked={marked.length === toChoose.length}
            onChange={(event) => toggle(toChoose, event.target.checked)}
          />
          <div className="ml-auto flex gap-2">
            <Button size="sm" disabled={marked.length === 0} busy={busy} onClick={() => void decideMarked('reject')}>
              <X className="size-3.5" aria-hidden />
              Reject
            </Button>
            <Button
              size="sm"
              variant="primary"
              disabled={marked.length === 0}
              busy={busy}
              onClick={() => void decideMarked('accept')}
            >
              <Check className="size-3.5" aria-hidden />
              Accept {marked.length > 1 ? marked.length : ''}
            </Button>
          </div>
        </div>
      )}
      {groups.map(([product, mine]) => (
        <Card key={product} className="overflow-hidden" aria-label={readable(partsOf(product).product)}>
          <header className="flex min-h-11 flex-wrap items-center gap-x-2 px-4 pt-2.5 pb-1.5">
            <h2 className="font-semibold text-sm tracking-tight">
              <ProductLink id={product} />
            </h2>
            <span className="text-ink-3 text-xs">{plural(mine.length, 'column')}</span>
            {waiting && !mayDecide(product) && (
              <span className="ml-auto text-ink-3 text-xs">
                The stewards of {readable(partsOf(product).domain)} decide
              </span>
            )}
          </header>
          <ul className="divide-y divide-line border-line border-t">
            {mine.map((proposal) => (
              <li key={proposal.id}>
                <ProposalRow
                  proposal={proposal}
                  may={mayDecide(product)}
                  busy={busy}
                  {...(waiting && mayDecide(product)
                    ? { chosen: chosen.has(proposal.id), onChoose: (on: boolean) => toggle([proposal.id], on) }
                    : {})}
                  onDecide={(decision) => void decide([{ id: proposal.id, ...decision }])}
                />
              </li>
            ))}
          </ul>
        </Card>
      ))}
    </div>
  )
}

const Nothing = ({ state }: { state: State }) => (
  <Card>
    <EmptyState
      icon={<ScanSearch className="size-5" aria-hidden />}
      title={
        state === 'proposed'
          ? 'No column waits for a decision'
          : state === 'accepted'
            ? 'Nothing has been accepted yet'
            : 'Nothing has been rejected'
      }
    >
      After each publish the platform looks at names and values of columns. What may be personal is proposed here, for
      products of which you may see samples.
    </EmptyState>
  </Card>
)
