import { OutcomeMark, worstFirst } from '../checks/index.ts'
import { Card, CardHead, cn } from '../ui/index.ts'
import { count, duration } from '../words/index.ts'
import type { FallenCheck } from './progress.ts'

/** The checks as they fall; what failed stands on top. */
export function FallingChecks({
  checks,
  total,
  active,
}: {
  checks: readonly FallenCheck[]
  total: number
  active: boolean
}) {
  const of = (...outcomes: FallenCheck['outcome'][]) =>
    checks.filter((check) => outcomes.includes(check.outcome)).length
  const all = Math.max(total, checks.length)
  const share = (n: number) => `${all === 0 ? 0 : (n / all) * 100}%`
  return (
    <Card>
      <CardHead title="Checks" hint={all === 0 ? undefined : `${count(checks.length)} of ${count(all)}`} />
      <div
        className="mx-4 mb-2 flex h-2 overflow-hidden rounded-full bg-line"
        role="img"
        aria-label={`${of('passed')} passed, ${of('warned')} warned, ${of('failed', 'not-run')} failed, ${all - checks.length} to come`}
      >
        <i className="bg-ok transition-[width]" style={{ width: share(of('passed')) }} />
        <i className="bg-warn transition-[width]" style={{ width: share(of('warned')) }} />
        <i className="bg-bad transition-[width]" style={{ width: share(of('failed', 'not-run')) }} />
      </div>
      {checks.length === 0 ? (
        <p className="px-4 pb-4 text-ink-3 text-sm">
          {active ? 'They fall once the models are built.' : 'No check ran.'}
        </p>
      ) : (
        <ul aria-label="Checks" tabIndex={0} className="max-h-96 overflow-y-auto pb-1">
          {worstFirst(checks).map((check) => (
            <li
              key={check.id}
              className="flex items-start gap-2 border-line border-t px-4 py-1.5 text-sm"
              title={check.message}
            >
              <OutcomeMark outcome={check.outcome} quiet />
              <span className="min-w-0 flex-1">
                {check.name}
                {check.outcome !== 'passed' && (
                  <span className={cn('block text-xs', check.outcome === 'warned' ? 'text-warn-ink' : 'text-bad-ink')}>
                    {check.message}
                  </span>
                )}
              </span>
              <span className="shrink-0 text-ink-3 text-xs tabular-nums">
                {check.durationMs < 1 ? '' : duration(check.durationMs / 1000)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
