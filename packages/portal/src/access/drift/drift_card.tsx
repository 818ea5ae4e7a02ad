import { isApiError } from '@datamesh/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react'
import { useState } from 'react'
import { client, query, useApi } from '../../api/index.ts'
import { readsAudit, useMe } from '../../shell/me.ts'
import { Button, Card, CardHead, cn, Loaded, Skeleton, sentence, useToasts } from '../../ui/index.ts'
import { ago, count, partsOf, plural, when } from '../../words/index.ts'

const shown = 5

/** Whether what can be read is what was approved; for those who read the audit log, nothing for others. */
export function DriftCard() {
  const me = useMe()
  return readsAudit(me.data) ? <Proof /> : null
}

function Proof() {
  const last = useApi('accessDrift', { query: {} })
  const cache = useQueryClient()
  const { fail } = useToasts()
  const [busy, setBusy] = useState(false)
  const prove = async () => {
    setBusy(true)
    try {
      const proof = await client.call('accessDrift', { query: { now: 'true' } })
      cache.setQueryData(query('accessDrift', { query: {} }).queryKey, proof)
    } catch (error) {
      if (isApiError(error)) fail(error)
      else throw error
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card>
      <CardHead title="Access drift">
        <Button size="sm" busy={busy} onClick={() => void prove()}>
          Prove now
        </Button>
      </CardHead>
      <Loaded from={last} skeleton={<Skeleton className="mx-4 mb-4 h-16" />}>
        {({ at, asked, principals, products, drift }) => {
          const Icon = at === null ? ShieldQuestion : drift.length === 0 ? ShieldCheck : ShieldAlert
          return (
            <div className="px-4 pb-4">
              <p className="flex items-start gap-2 text-sm" role="status">
                <Icon
                  className={cn(
                    'mt-0.5 size-4 shrink-0',
                    at === null ? 'text-ink-3' : drift.length === 0 ? 'text-ok-ink' : 'text-bad-ink',
                  )}
                  aria-hidden
                />
                <span>
                  {at === null
                    ? 'Not proven yet.'
                    : drift.length === 0
                      ? 'What can be read is what was approved.'
                      : `${plural(drift.length, 'difference')} between what can be read and what was approved.`}
                  {at !== null && (
                    <span className="block text-ink-3 text-xs" title={when(at)}>
                      {ago(at)}: {count(asked)} questions, {plural(principals, 'principal')},{' '}
                      {plural(products, 'product')}
                    </span>
                  )}
                </span>
              </p>
              {drift.length > 0 && (
                <ul className="mt-2 flex flex-col gap-2" aria-label="Differences">
                  {drift.slice(0, shown).map((each) => (
                    <li key={`${each.principal} ${each.product} ${each.port}`} className="text-xs">
                      <Link
                        to="/access"
                        search={{ box: 'explain', product: each.product, who: each.principal, port: each.port }}
                        className="rounded font-medium text-accent-ink hover:underline"
                      >
                        {each.principal} · {partsOf(each.product).product}
                      </Link>
                      <span className="block text-ink-2">{sentence(each.because)}</span>
                    </li>
                  ))}
                  {drift.length > shown && <li className="text-ink-3 text-xs">and {drift.length - shown} more</li>}
                </ul>
              )}
            </div>
          )
        }}
      </Loaded>
    </Card>
  )
}
