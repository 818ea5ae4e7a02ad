import { Link } from '@tanstack/react-router'
import { Ban, CircleCheck, CircleX, Info } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Reply, useApi } from '../api/index.ts'
import { SampleRows } from '../checks/index.ts'
import { Card, cn, hintFor, sentence } from '../ui/index.ts'
import { count } from '../words/index.ts'
import { productOf } from './words.ts'

type Run = Reply<'getRun'>

/** What came of a run: the snapshot that readers see now, or why there is none and what they see instead. */
export function Outcome({ run, message }: { run: Run; message: string | null }) {
  const { domain, product } = productOf(run.product)
  const hint = run.error ? hintFor(run.error) : ''
  const snapshots = useApi('listSnapshots', { params: { domain, product }, query: { limit: 50 } })
  const mine = snapshots.data?.snapshots.find((snapshot) => snapshot.id === run.snapshot)
  const head = snapshots.data?.snapshots.find((snapshot) => snapshot.head)
  const versions = (text: ReactNode) => (
    <Link
      to="/products/$domain/$product"
      params={{ domain, product }}
      search={{ tab: 'versions' }}
      className="font-medium underline underline-offset-2"
    >
      {text}
    </Link>
  )
  const still = head ? (
    <>Nothing was published: readers still see {versions(`snapshot #${head.sequence}`)}.</>
  ) : (
    <>Nothing was published, and nothing had been before.</>
  )
  if (run.state === 'succeeded' && run.snapshot)
    return (
      <Banner tone="ok" title={mine ? `Snapshot #${mine.sequence} published` : 'Published'}>
        {mine && (
          <>
            {mine.rows === null ? 'Some' : count(mine.rows)} rows in {versions(`snapshot #${mine.sequence}`)}
            {mine.head ? ', which readers see now.' : head ? `; readers see snapshot #${head.sequence} by now.` : '.'}
          </>
        )}
      </Banner>
    )
  if (run.state === 'succeeded')
    return (
      <Banner
        tone="plain"
        title={
          run.params.dryRun
            ? run.report?.passed
              ? 'All checks would let it pass'
              : 'Checked'
            : 'Nothing new to publish'
        }
      >
        {run.params.dryRun ? (
          <>Nothing was published, as asked. </>
        ) : (
          message && message !== run.snapshot && <>{sentence(message)} </>
        )}
        {head && <>Readers see {versions(`snapshot #${head.sequence}`)}.</>}
      </Banner>
    )
  if (run.state === 'cancelled')
    return (
      <Banner tone="plain" cancelled title="Cancelled">
        {still}
      </Banner>
    )
  return (
    <Card className="overflow-hidden">
      <Banner flat tone="bad" title={run.error ? sentence(run.error.title) : 'The run failed.'}>
        {hint && run.error?.code !== 'quality-failed' && <>{sentence(hint)} </>}
        {still}
        {run.error && (
          <span className="mt-1 block text-xs">
            Code <code className="font-mono">{run.error.code}</code>
          </span>
        )}
      </Banner>
      <Failures run={run} />
    </Card>
  )
}

/** The checks that stopped it, with rows that broke them, masked for the reader. */
function Failures({ run }: { run: Run }) {
  const { domain, product } = productOf(run.product)
  const failed = run.report?.checks.filter((check) => check.outcome === 'failed') ?? []
  const schema = useApi('getSchema', { params: { domain, product } }, { enabled: failed.length > 0 })
  if (failed.length === 0) return null
  return (
    <ul className="divide-y divide-line">
      {failed.map((check) => (
        <li key={check.id} className="px-4 py-3">
          <p className="font-medium text-sm">
            <Link
              to="/products/$domain/$product"
              params={{ domain, product }}
              search={{ tab: 'quality', check: check.id }}
              className="hover:underline"
            >
              {sentence(check.name)}
            </Link>
            <span className="ml-2 font-normal text-ink-3 text-xs">{check.at}</span>
          </p>
          <p className="mb-2 text-bad-ink text-sm">{sentence(check.message)}</p>
          {check.samples.length > 0 && (
            <SampleRows
              label={`Rows that broke: ${check.name}`}
              rows={check.samples}
              concerned={check.columns}
              personal={
                new Set(
                  schema.data?.tables
                    .find((table) => table.name === check.table)
                    ?.columns.filter((column) => column.pii)
                    .map((column) => column.name),
                )
              }
            />
          )}
        </li>
      ))}
    </ul>
  )
}

const tones = {
  ok: { icon: CircleCheck, look: 'bg-ok-soft text-ok-ink' },
  bad: { icon: CircleX, look: 'bg-bad-soft text-bad-ink' },
  plain: { icon: Info, look: 'bg-sunken text-ink-2 ring-1 ring-line ring-inset' },
}

const Banner = ({
  tone,
  title,
  flat,
  cancelled,
  children,
}: {
  tone: keyof typeof tones
  title: string
  flat?: boolean
  cancelled?: boolean
  children: ReactNode
}) => {
  const { icon, look } = tones[tone]
  const Icon = cancelled ? Ban : icon
  return (
    <div className={cn('flex gap-3 px-4 py-3', look, !flat && 'rounded-xl')}>
      <Icon className="mt-0.5 size-5 shrink-0" aria-hidden />
      <div className="min-w-0">
        <h2 className="font-semibold text-base">{title}</h2>
        <div className="text-sm">{children}</div>
      </div>
    </div>
  )
}
