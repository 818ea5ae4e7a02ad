import type { ApiError } from '@datamesh/sdk'
import type { UseQueryResult } from '@tanstack/react-query'
import { Inbox as InboxIcon } from 'lucide-react'
import type { Reply } from '../../api/index.ts'
import { Card, EmptyState, Loaded } from '../../ui/index.ts'
import { RequestCard } from './request_card.tsx'

/** What waits for my word, the longest first. */
export const Inbox = ({ from }: { from: UseQueryResult<Reply<'listAccess'>, ApiError> }) => (
  <Loaded
    from={from}
    isEmpty={({ access }) => access.length === 0}
    empty={
      <Card>
        <EmptyState icon={<InboxIcon className="size-5" aria-hidden />} title="All done">
          Requests for products of your domains will stand here.
        </EmptyState>
      </Card>
    }
  >
    {({ access }) => (
      <ul aria-label="Requests that wait for me" className="flex flex-col gap-3">
        {access.map((request) => (
          <li key={request.id}>
            <RequestCard request={request} />
          </li>
        ))}
      </ul>
    )}
  </Loaded>
)
