import { CircleSlash, History, Lock, Play, Square } from 'lucide-react'
import type { ReactNode } from 'react'
import { AddToRequest } from '../../access/cart/add_button.tsx'
import { Button, ButtonLink, cn, EmptyState, readable, sentence } from '../../ui/index.ts'
import type { QueryView, Run } from '../use_run.ts'
import { Elapsed } from './elapsed.tsx'

/** A line that moves while the process works. */
export const Running = ({ run }: { run: Run }) => (
  <div className="flex h-full flex-col">
    <div className="h-0.5 overflow-hidden bg-line" aria-hidden>
      <div className="shimmer-run h-full w-1/3 bg-accent" />
    </div>
    <div className="m-auto flex flex-col items-center gap-3 p-6 text-center">
      <p className="font-semibold text-base" role="status">
        {run.cancelling ? 'Stopping' : 'Running'}
      </p>
      <p className="text-ink-3 text-sm">
        {run.view ? <Elapsed since={Date.parse(run.view.startedAt)} /> : 'Sending the query'}
      </p>
      <Button onClick={run.cancel} disabled={!run.view} busy={run.cancelling}>
        <Square className="size-3 fill-current" aria-hidden />
        Cancel
      </Button>
    </div>
  </div>
)

type Error = NonNullable<QueryView['error']>

/** Why there is no result, where in the text, and what to do. */
export const Failed = ({ error, at, onShow }: { error: Error; at: string | null; onShow: () => void }) => {
  const [domain = '', product = ''] = error.product?.split('/') ?? []
  return (
    <div
      role="alert"
      className={cn(
        'm-4 rounded-lg border border-line p-4 max-md:m-3',
        error.product ? 'bg-warn-soft/60' : 'bg-bad-soft/60',
      )}
    >
      <p className="flex flex-wrap items-center gap-2">
        <span className={cn('font-semibold text-sm', error.product ? 'text-warn-ink' : 'text-bad-ink')}>
          {error.product
            ? 'You may not read this yet'
            : error.code === 'query-limit'
              ? 'Stopped by a limit'
              : 'The query failed'}
        </span>
        {at && (
          <button
            type="button"
            onClick={onShow}
            className="h-6 rounded font-mono text-2xs text-ink-2 underline underline-offset-2"
          >
            {at}
          </button>
        )}
      </p>
      <p
        className={cn(
          'mt-2 whitespace-pre-wrap break-words text-ink',
          error.product ? 'text-sm' : 'font-mono text-xs leading-relaxed',
        )}
      >
        {error.product ? sentence(error.title) : error.title}
      </p>
      <p className="mt-2 text-ink-2 text-sm">{sentence(error.hint)}</p>
      {error.product && (
        <div className="mt-3 flex flex-wrap gap-2">
          <ButtonLink
            variant="primary"
            size="sm"
            to="/products/$domain/$product"
            params={{ domain, product }}
            search={{ dialog: 'access' }}
          >
            <Lock className="size-3.5" aria-hidden />
            Request access
          </ButtonLink>
          <AddToRequest product={error.product} title={readable(product)} size="sm" />
          <ButtonLink size="sm" to="/access" search={{ box: 'explain', product: error.product }}>
            Why not
          </ButtonLink>
          <ButtonLink size="sm" variant="ghost" to="/products/$domain/$product" params={{ domain, product }}>
            Open {product}
          </ButtonLink>
        </div>
      )}
    </div>
  )
}

const Again = ({ onRun, children }: { onRun: () => void; children: ReactNode }) => (
  <Button onClick={onRun}>
    <Play className="size-3.5" aria-hidden />
    {children}
  </Button>
)

export const Cancelled = ({ onRun }: { onRun: () => void }) => (
  <EmptyState
    title="Cancelled"
    icon={<CircleSlash className="size-5" aria-hidden />}
    className="h-full justify-center"
    action={<Again onRun={onRun}>Run again</Again>}
  >
    The query was stopped and its process ended. Nothing was kept.
  </EmptyState>
)

export const NotKept = ({ onRun }: { onRun: () => void }) => (
  <EmptyState
    title="The result is no longer kept"
    icon={<History className="size-5" aria-hidden />}
    className="h-full justify-center"
    action={<Again onRun={onRun}>Run it again</Again>}
  >
    Results stay for an hour. What is read now may be newer.
  </EmptyState>
)
