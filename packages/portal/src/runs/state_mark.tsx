import type { RunState } from '@datamesh/core'
import { Ban, CircleCheck, CircleDashed, CircleX, LoaderCircle, Radio, WifiOff } from 'lucide-react'
import type { Liveness } from '../api/live.ts'
import { cn } from '../ui/index.ts'
import { states } from './words.ts'

const looks = {
  queued: { icon: CircleDashed, text: 'text-ink-3' },
  running: { icon: LoaderCircle, text: 'text-accent-ink' },
  succeeded: { icon: CircleCheck, text: 'text-ok-ink' },
  failed: { icon: CircleX, text: 'text-bad-ink' },
  cancelled: { icon: Ban, text: 'text-ink-3' },
} as const

export const StateMark = ({ state, className }: { state: RunState; className?: string }) => {
  const { icon: Icon, text } = looks[state]
  return (
    <span
      className={cn(
        'inline-flex items-center gap-1.5 whitespace-nowrap align-middle font-medium text-xs',
        text,
        className,
      )}
    >
      <Icon className={cn('size-4 shrink-0', state === 'running' && 'animate-spin')} aria-hidden />
      {states[state]}
    </span>
  )
}

/** Whether what is shown keeps up with what happens. */
export const LiveMark = ({ liveness }: { liveness: Liveness }) => (
  <span
    role="status"
    className={cn(
      'inline-flex h-6 items-center gap-1.5 whitespace-nowrap rounded-full px-2.5 font-medium text-xs',
      liveness === 'live' && 'bg-ok-soft text-ok-ink',
      liveness === 'lost' && 'bg-warn-soft text-warn-ink',
      liveness === 'connecting' && 'bg-sunken text-ink-3',
    )}
  >
    {liveness === 'lost' ? <WifiOff className="size-3.5" aria-hidden /> : <Radio className="size-3.5" aria-hidden />}
    {{ live: 'Live', lost: 'Out of date, reconnecting', connecting: 'Connecting' }[liveness]}
  </span>
)
