import { isApiError } from '@datamesh/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { Link as LinkIcon, ShieldAlert, ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import { client, query, useApi } from '../api/index.ts'
import { Button, Card, CopyButton, cn, Loaded, Skeleton, sentence, useToasts } from '../ui/index.ts'
import { ago, count, duration, plural, when } from '../words/index.ts'

const asked = { query: {} }

/** Is the chain of hashes whole; looked at when the page is opened, and again when asked. */
export function Integrity() {
  const found = useApi('verifyAudit', asked, { staleTime: 5 * 60_000, refetchOnWindowFocus: false })
  const cache = useQueryClient()
  const { fail } = useToasts()
  const [busy, setBusy] = useState(false)
  const verify = async () => {
    setBusy(true)
    try {
      cache.setQueryData(query('verifyAudit', asked).queryKey, await client.call('verifyAudit', asked))
    } catch (error) {
      if (isApiError(error)) fail(error)
      else throw error
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card className="px-4 py-3">
      <Loaded from={found} skeleton={<Skeleton className="h-8 max-w-xl" />}>
        {({ whole, entries, first, last, lastHash, wrong, at, ms }) => {
          const Icon = whole ? ShieldCheck : ShieldAlert
          return (
            <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
              <span
                className={cn(
                  'grid size-8 shrink-0 place-items-center rounded-full',
                  whole ? 'bg-ok-soft text-ok-ink' : 'bg-bad-soft text-bad-ink',
                )}
              >
                <Icon className="size-4.5" aria-hidden />
              </span>
              <div role="status" className="min-w-0 flex-1 basis-64">
                <p className={cn('font-semibold text-sm', !whole && 'text-bad-ink')}>
                  {whole ? 'The chain is whole' : 'The chain is broken'}
                  <span className="font-normal text-ink-3">
                    {' '}
                    · {plural(entries, 'entry', 'entries')}
                    {first !== null && last !== null && first > 1 && `, from ${count(first)} to ${count(last)}`} ·{' '}
                    <span title={when(at)}>checked {ago(at)}</span> in {duration(ms / 1000)}
                  </span>
                </p>
                {wrong && (
                  <p className="text-bad-ink text-sm">
                    First wrong entry {count(wrong.seq)}: {sentence(wrong.what)}
                  </p>
                )}
                {lastHash && (
                  <p className="flex min-w-0 items-center gap-1 text-ink-3 text-xs">
                    <LinkIcon className="size-3 shrink-0" aria-hidden />
                    <span className="shrink-0">Head</span>
                    <code className="truncate font-mono text-2xs" title={`${last}:${lastHash}`}>
                      {last}:{lastHash}
                    </code>
                    <CopyButton quiet text={`${last}:${lastHash}`} label="Copy the head, to be kept elsewhere" />
                  </p>
                )}
              </div>
              <Button busy={busy} onClick={() => void verify()}>
                Verify
              </Button>
            </div>
          )
        }}
      </Loaded>
    </Card>
  )
}
