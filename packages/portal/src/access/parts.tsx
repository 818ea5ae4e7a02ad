import { CircleCheck, CircleDashed, Clock } from 'lucide-react'
import { Badge, cn, type Tone } from '../ui/index.ts'
import { ago, when } from '../words/index.ts'
import type { AccessRow } from './decide.ts'
import { happenedWord, placeWord, timeLeft } from './words.ts'

const tones: Record<AccessRow['state'], Tone> = {
  granted: 'ok',
  requested: 'accent',
  denied: 'bad',
  revoked: 'bad',
  withdrawn: 'neutral',
  expired: 'warn',
}
const words: Record<AccessRow['state'], string> = {
  granted: 'granted',
  requested: 'waiting',
  denied: 'denied',
  revoked: 'revoked',
  withdrawn: 'withdrawn',
  expired: 'ended',
}
export const StateBadge = ({ state }: { state: AccessRow['state'] }) => (
  <Badge tone={tones[state]}>{words[state]}</Badge>
)

/** Who has said yes and who has to: one sign and word for each. */
export const Approvals = ({ approvals }: { approvals: AccessRow['approvals'] }) =>
  approvals.length === 0 ? null : (
    <ul aria-label="Approvals" className="flex flex-wrap gap-x-4 gap-y-1">
      {approvals.map(({ by, approvedBy, at }) => (
        <li
          key={by}
          className={cn('flex items-center gap-1.5 text-xs', approvedBy ? 'text-ok-ink' : 'text-ink-2')}
          title={at ? when(at) : undefined}
        >
          {approvedBy ? (
            <CircleCheck className="size-3.5" aria-hidden />
          ) : (
            <CircleDashed className="size-3.5 text-ink-3" aria-hidden />
          )}
          {approvedBy ? `${placeWord(by)}: ${approvedBy}` : `waits for the ${placeWord(by)}`}
        </li>
      ))}
    </ul>
  )

/** What is left of a right: a bar and words. */
export const TimeLeft = ({ access, now = Date.now() }: { access: AccessRow; now?: number }) => {
  if (access.state !== 'granted') return null
  const left = timeLeft(access, now)
  if (left === null) return <span className="text-ink-3 text-xs">no end</span>
  return (
    <span className="flex w-32 flex-col gap-1" title={access.until ? `Until ${when(access.until)}` : undefined}>
      <span className={cn('flex items-center gap-1 text-xs', left.soon ? 'text-warn-ink' : 'text-ink-2')}>
        {left.soon && <Clock className="size-3" aria-hidden />}
        {left.words}
      </span>
      <span className="h-1 overflow-hidden rounded-full bg-line" aria-hidden>
        <i
          className={cn('block h-full rounded-full', left.soon ? 'bg-warn' : 'bg-accent')}
          style={{ width: `${Math.max(2, left.share * 100)}%` }}
        />
      </span>
    </span>
  )
}

/** Everything that happened to a right, oldest first. */
export const History = ({ history }: { history: AccessRow['history'] }) => (
  <ol aria-label="History" className="relative flex flex-col gap-2.5 pl-4">
    <i className="absolute inset-y-1.5 left-[3px] w-px bg-line" aria-hidden />
    {history.map((each, at) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a history only grows at its end
      <li key={at} className="relative text-xs">
        <i
          className={cn(
            'absolute top-1 -left-4 size-[7px] rounded-full ring-2 ring-surface',
            dots[each.what] ?? 'bg-ink-3',
          )}
          aria-hidden
        />
        <b className="font-medium">{happenedWord(each.what)}</b>{' '}
        <span className="text-ink-3">
          {each.by === 'system' ? '' : `by ${each.by}, `}
          <time dateTime={each.at} title={when(each.at)}>
            {ago(each.at)}
          </time>
        </span>
        {each.reason && <span className="block text-ink-2 [overflow-wrap:anywhere]">{each.reason}</span>}
      </li>
    ))}
  </ol>
)
const dots: Readonly<Record<string, string>> = {
  granted: 'bg-ok',
  approved: 'bg-ok',
  denied: 'bg-bad',
  revoked: 'bg-bad',
  expired: 'bg-warn',
  ending: 'bg-warn',
}
