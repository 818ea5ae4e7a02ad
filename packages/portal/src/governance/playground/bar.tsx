import { FlaskConical, Play, RotateCcw, Upload } from 'lucide-react'
import { type Reply, useApi } from '../../api/index.ts'
import { Badge, Button, Select } from '../../ui/index.ts'
import { commandKey } from '../../words/index.ts'
import type { Show } from './use_play.ts'

/** What is open, and what one can do with it. */
export function Bar({
  name,
  policy,
  changed,
  busy,
  onRun,
  onImpact,
  onApply,
  onOpen,
  onReset,
}: {
  name: string
  policy: Reply<'getPolicy'> | null
  changed: boolean
  busy: Show | null
  onRun: () => void
  onImpact: () => void
  /** Absent: the reader may not change policies. */
  onApply: (() => void) | undefined
  /** Null: a new one. */
  onOpen: (id: string | null) => void
  onReset: () => void
}) {
  const policies = useApi('listPolicies', { query: {} }, { staleTime: 60_000 })
  return (
    <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-2 border-line border-b bg-surface px-4 py-1.5">
      <h1 className="sr-only">Playground: {name}</h1>
      <Select
        bare
        label="Policy"
        className="w-64 max-sm:w-full"
        value={policy?.id ?? ''}
        onChange={(id) => onOpen(id === '' ? null : id)}
        options={[
          { value: '', label: 'New policy' },
          ...(policies.data?.policies.map(({ id, title }) => ({ value: id, label: title })) ??
            (policy ? [{ value: policy.id, label: policy.title }] : [])),
        ]}
      />
      {policy && <Badge className="font-mono">v{policy.version}</Badge>}
      {changed && <Badge tone="warn">{policy ? 'changed' : 'draft'}</Badge>}
      <span className="ml-auto flex flex-wrap items-center gap-2">
        {changed && (
          <Button variant="ghost" onClick={onReset} title="Back to how it was">
            <RotateCcw className="size-3.5" aria-hidden />
            <span className="max-lg:sr-only">Start over</span>
          </Button>
        )}
        <Button onClick={onImpact} busy={busy === 'impact'}>
          <FlaskConical className="size-4" aria-hidden />
          Impact<span className="max-lg:sr-only"> on all products</span>
        </Button>
        <Button variant={onApply ? 'outline' : 'primary'} onClick={onRun} busy={busy !== null && busy !== 'impact'}>
          <Play className="size-3.5" aria-hidden />
          Evaluate
          <kbd className="font-mono text-2xs max-lg:hidden" aria-hidden>
            {commandKey('↵')}
          </kbd>
        </Button>
        {onApply && (
          <Button variant="primary" onClick={onApply}>
            <Upload className="size-4" aria-hidden />
            Apply…
          </Button>
        )}
      </span>
    </header>
  )
}
