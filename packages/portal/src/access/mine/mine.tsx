import type { ApiError } from '@datamesh/sdk'
import type { UseQueryResult } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import type { Reply } from '../../api/index.ts'
import { ButtonLink, Card, CardHead, EmptyState, Loaded } from '../../ui/index.ts'
import { count } from '../../words/index.ts'
import type { AccessRow } from '../decide.ts'
import { Right } from './right.tsx'

const groups: readonly { title: string; states: readonly AccessRow['state'][]; hint: string }[] = [
  { title: 'Waiting', states: ['requested'], hint: 'asked for, not decided' },
  { title: 'Granted', states: ['granted'], hint: 'what you, your teams and machines may read by a grant' },
  { title: 'Over', states: ['expired', 'revoked', 'denied', 'withdrawn'], hint: 'ended, denied or taken back' },
]

/** Grants and requests of mine, of my teams and machines, by how they stand. */
export const Mine = ({ from }: { from: UseQueryResult<Reply<'listAccess'>, ApiError> }) => (
  <>
    <p className="mb-3 max-w-2xl text-ink-2 text-sm">
      Public products, and internal ones that name no readers, are readable without a grant and are not listed here.
    </p>
    <Loaded
      from={from}
      isEmpty={({ access }) => access.length === 0}
      empty={
        <Card>
          <EmptyState
            icon={<KeyRound className="size-5" aria-hidden />}
            title="You have asked for nothing yet"
            action={<ButtonLink to="/products">Marketplace</ButtonLink>}
          >
            For products on request, press Request access on their page, or gather several with Add to request.
          </EmptyState>
        </Card>
      }
    >
      {({ access }) => (
        <div className="flex flex-col gap-4">
          {groups.map(({ title, states, hint }) => {
            const rows = access.filter(({ state }) => states.includes(state))
            return rows.length === 0 ? null : (
              <Card key={title} className="overflow-hidden">
                <CardHead title={title} hint={`${count(rows.length)}, ${hint}`} />
                <ul aria-label={title} className="divide-y divide-line border-line border-t">
                  {rows.map((row) => (
                    <Right key={row.id} row={row} />
                  ))}
                </ul>
              </Card>
            )
          })}
        </div>
      )}
    </Loaded>
  </>
)
