import { Link } from '@tanstack/react-router'
import { HelpCircle } from 'lucide-react'
import type { ReactNode } from 'react'
import { useApi } from '../../api/index.ts'
import { MaskList } from '../../masks/index.ts'
import { Loaded, Skeleton, sentence } from '../../ui/index.ts'
import type { AccessRow } from '../decide.ts'
import { Approvals, History } from '../parts.tsx'

/** What holds for the holder now, which is more than the grant says: the product and policies hide columns too. */
export const Details = ({ row, holder }: { row: AccessRow; holder: string | null }) => (
  <div className="grid grid-cols-2 gap-x-8 gap-y-4 max-md:grid-cols-1">
    <div className="flex min-w-0 flex-col gap-3">
      {row.state === 'granted' ? <Holding row={row} holder={holder} /> : <Conditions row={row} />}
      {row.state !== 'requested' && row.approvals.length > 0 && (
        <Part title="Approvals">
          <Approvals approvals={row.approvals} />
        </Part>
      )}
      <Link
        to="/access"
        search={{ box: 'explain', product: row.product, ...(holder ? { who: holder } : {}) }}
        className="inline-flex items-center gap-1.5 self-start rounded text-accent-ink text-xs hover:underline"
      >
        <HelpCircle className="size-3.5" aria-hidden />
        Why it can or cannot be read
      </Link>
    </div>
    <Part title="History">
      <History history={row.history} />
    </Part>
  </div>
)

export const Part = ({ title, children }: { title: string; children: ReactNode }) => (
  <div className="min-w-0">
    <p className="mb-1.5 font-medium text-ink-3 text-xs">{title}</p>
    {children}
  </div>
)

export const FilterCode = ({ filter }: { filter: string }) => (
  <code className="block rounded-md bg-sunken px-2 py-1.5 font-mono text-[0.71875rem] text-ink-2 [overflow-wrap:anywhere]">
    {filter}
  </code>
)

const Holding = ({ row, holder }: { row: AccessRow; holder: string | null }) => {
  const said = useApi('explainAccess', {
    query: {
      product: row.product,
      ...(holder ? { principal: holder } : {}),
      ...(row.ports[0] ? { port: row.ports[0] } : {}),
    },
  })
  return (
    <Loaded from={said} skeleton={<Skeleton className="h-16" />}>
      {({ allow, because, masks, rowFilter }) =>
        allow ? (
          <>
            <Part title={masks.length === 0 ? 'Columns' : 'Masked columns'}>
              {masks.length === 0 ? (
                <p className="text-ink-2 text-xs">Every column is shown as it is.</p>
              ) : (
                <MaskList masks={masks} label="Masked columns" />
              )}
            </Part>
            <Part title="Rows">
              {rowFilter === null ? (
                <p className="text-ink-2 text-xs">All rows.</p>
              ) : (
                <>
                  <p className="mb-1 text-ink-2 text-xs">Only rows where</p>
                  <FilterCode filter={rowFilter} />
                </>
              )}
            </Part>
          </>
        ) : (
          <p className="text-warn-ink text-xs">It was granted, but cannot be read now. {sentence(because)}</p>
        )
      }
    </Loaded>
  )
}

/** What was laid over the right itself. */
export const Conditions = ({ row }: { row: Pick<AccessRow, 'masks' | 'rowFilter' | 'detokenise'> }) => (
  <>
    {row.masks.length > 0 && (
      <Part title="Hidden by who approved">
        <MaskList masks={row.masks} label="Hidden by who approved" />
      </Part>
    )}
    {row.rowFilter && (
      <Part title="Only rows where">
        <FilterCode filter={row.rowFilter} />
      </Part>
    )}
    {row.detokenise && <p className="text-ink-2 text-xs">Tokens may be turned back into values.</p>}
  </>
)
