import { getRouteApi } from '@tanstack/react-router'
import { Lock } from 'lucide-react'
import { useState } from 'react'
import type { Reply } from '../api/index.ts'
import { ownsDomain, useMe } from '../shell/me.ts'
import { ButtonLink, cn, EmptyState, Page, PageHead } from '../ui/index.ts'
import { Review } from './new/review.tsx'
import { Start, type Wish } from './new/start.tsx'

const page = getRouteApi('/frame/new')

/** What was proposed for a wish; `columns` and `checks` are there when it came from a sample. */
export type Proposal = {
  bundle: Reply<'proposeDerived'>['bundle']
  sample: Reply<'proposeProduct'> | null
}

/** From a sample file or from other products to a published one: say what it is, look at what is proposed, publish. */
export function NewProduct() {
  const { domain } = page.useSearch()
  const me = useMe()
  const [wish, setWish] = useState<Wish | null>(null)
  const [proposal, setProposal] = useState<Proposal | null>(null)
  const step = proposal === null ? 1 : 2
  if (me.data && !ownsDomain(me.data))
    return (
      <Page>
        <PageHead title="New data product" />
        <EmptyState
          icon={<Lock className="size-5" aria-hidden />}
          title="You own no domain"
          action={<ButtonLink to="/map">Look at the domains</ButtonLink>}
        >
          Products belong to domains. Ask the owner of a domain, or a platform admin, to make you one of its owners.
        </EmptyState>
      </Page>
    )
  return (
    <Page>
      <PageHead title="New data product" hint="Nothing is registered before you publish." />
      <ol aria-label="Steps" className="mb-5 flex gap-6 text-sm">
        {['Data and purpose', 'Look, correct, publish'].map((name, i) => (
          <li
            key={name}
            aria-current={step === i + 1 ? 'step' : undefined}
            className={cn('flex items-center gap-2', step === i + 1 ? 'font-medium text-ink' : 'text-ink-3')}
          >
            <span
              className={cn(
                'grid size-5 place-items-center rounded-full text-2xs tabular-nums',
                step > i ? 'bg-accent text-on-accent' : 'bg-sunken ring-1 ring-line-2 ring-inset',
              )}
            >
              {i + 1}
            </span>
            {name}
          </li>
        ))}
      </ol>
      {proposal && wish ? (
        <Review wish={wish} proposal={proposal} onBack={() => setProposal(null)} onProposal={setProposal} />
      ) : (
        <Start
          before={wish}
          domain={domain}
          onProposal={(made, by) => {
            setWish(by)
            setProposal(made)
          }}
        />
      )}
    </Page>
  )
}
