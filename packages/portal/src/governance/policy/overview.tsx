import type { PolicyScope } from '@datamesh/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Reply } from '../../api/index.ts'
import { Markdown } from '../../markdown/index.ts'
import { Avatar, Badge, Card, CardHead, readable } from '../../ui/index.ts'
import { count, plural, when } from '../../words/index.ts'
import { ShareBar } from '../parts.tsx'
import { comesTo, kindWords, modeWords, momentWords } from '../words.ts'

type View = Reply<'getPolicy'>

/** Why it is there, and what it comes to. */
export const PolicyOverview = ({ policy }: { policy: View }) => (
  <div className="grid grid-cols-[minmax(0,1fr)_21rem] items-start gap-3.5 max-lg:grid-cols-1">
    <div className="flex min-w-0 flex-col gap-3.5">
      <Card>
        <CardHead title="What it asks, and why" />
        <div className="px-4 pb-5">
          {policy.docs.trim() === '' ? (
            <p className="text-ink-3 text-sm">
              Nobody has written down why. Name a Markdown file under docs in its document.
            </p>
          ) : (
            <Markdown text={policy.docs} />
          )}
        </div>
      </Card>
      <Today policy={policy} />
    </div>
    <Card>
      <CardHead title="How it works" />
      <dl className="flex flex-col gap-3 px-4 pb-4 text-sm">
        <Line term="Mode">
          {modeWords[policy.mode].word}
          <Note>{modeWords[policy.mode].means}</Note>
        </Line>
        <Line term="Comes to">{comesTo(policy.severity, policy.mode)}</Line>
        <Line term="Kind">
          {kindWords[policy.kind].word}
          <Note>{kindWords[policy.kind].means}</Note>
        </Line>
        <Line term="Asked">
          <ul>
            {policy.when.map((moment) => (
              <li key={moment}>{momentWords[moment]}</li>
            ))}
          </ul>
        </Line>
        <Line term="About">
          <Scope of={policy.applies} domain={policy.domain} />
        </Line>
        <Line term="Owner">
          <span className="inline-flex items-center gap-1.5">
            <Avatar name={policy.owner} className="size-5" />
            {policy.owner}
          </span>
        </Line>
        {policy.package !== '' && (
          <Line term="Package">
            <code className="font-mono text-xs [overflow-wrap:anywhere]">{policy.package}</code>
          </Line>
        )}
        <Line term="Changed">
          {when(policy.updatedAt)}
          <Note>by {policy.updatedBy}</Note>
        </Line>
      </dl>
    </Card>
  </div>
)

const Today = ({ policy: { id, mode, judged, hits, waived } }: { policy: View }) => (
  <Card>
    <CardHead title="Today" hint={judged === 0 ? undefined : plural(judged, 'product')} />
    <div className="px-4 pb-4">
      {judged === 0 ? (
        <p className="text-ink-3 text-sm">
          {mode === 'off'
            ? 'It is off: nothing is evaluated.'
            : 'It has judged no product as it stands. Policies of changes and of reading answer when that happens.'}
        </p>
      ) : (
        <>
          <ShareBar
            label={`${judged - hits - waived} pass, ${hits} do not, ${waived} waived`}
            parts={[
              { name: 'pass', n: judged - hits - waived, colour: 'bg-ok' },
              { name: 'waived', n: waived, colour: 'bg-line-2' },
              { name: 'hit', n: hits, colour: 'bg-bad' },
            ]}
          />
          <ul className="mt-2.5 flex flex-wrap gap-x-5 gap-y-1 text-sm">
            <li>
              <b className="font-semibold tabular-nums">{count(judged - hits - waived)}</b> pass
            </li>
            <li>
              <b className="font-semibold tabular-nums">{count(hits)}</b>{' '}
              {hits === 0 ? (
                'do not'
              ) : (
                <Link
                  to="/governance"
                  search={{ tab: 'violations', policy: id }}
                  className="rounded underline underline-offset-2"
                >
                  do not
                </Link>
              )}
            </li>
            <li>
              <b className="font-semibold tabular-nums">{count(waived)}</b>{' '}
              {waived === 0 ? (
                'waived'
              ) : (
                <Link
                  to="/governance"
                  search={{ tab: 'waivers', policy: id }}
                  className="rounded underline underline-offset-2"
                >
                  waived
                </Link>
              )}
            </li>
          </ul>
        </>
      )}
    </div>
  </Card>
)

const scopeWords: Readonly<Record<keyof PolicyScope, string>> = {
  domains: 'Domains',
  products: 'Products',
  alignments: 'Alignment',
  classifications: 'Classification',
  tags: 'Tags',
  statuses: 'Status',
}
const Scope = ({ of, domain }: { of: PolicyScope; domain: string | null }) => {
  const parts = (Object.keys(scopeWords) as (keyof PolicyScope)[]).flatMap((key) => {
    const values = of[key]
    return values && values.length > 0 ? [{ key, values }] : []
  })
  return (
    <>
      {domain === null ? 'every domain' : readable(domain)}
      {parts.map(({ key, values }) => (
        <span key={key} className="mt-1 flex flex-wrap items-center gap-1">
          <span className="text-ink-3 text-xs">{scopeWords[key]}</span>
          {values.map((value) => (
            <Badge key={value}>{value}</Badge>
          ))}
        </span>
      ))}
    </>
  )
}

const Note = ({ children }: { children: ReactNode }) => <span className="block text-ink-3 text-xs">{children}</span>
const Line = ({ term, children }: { term: string; children: ReactNode }) => (
  <div className="grid grid-cols-[5rem_minmax(0,1fr)] gap-x-3">
    <dt className="text-ink-3">{term}</dt>
    <dd className="min-w-0">{children}</dd>
  </div>
)
