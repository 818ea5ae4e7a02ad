import { CircleCheck, CircleHelp, CircleX, Wrench } from 'lucide-react'
import { CodeBlock, cn, sentence } from '../../ui/index.ts'
import { plural } from '../../words/index.ts'
import { Place } from '../parts.tsx'
import type { Answer } from './use_play.ts'

const rules = ['deny', 'violation', 'warn'] as const

/** Does the product keep it? Then what the rules answered, and what they printed. */
export const Result = ({ answer, queried }: { answer: Answer; queried: boolean }) => {
  const { violations, value, prints } = answer
  const judged =
    !queried && typeof value === 'object' && value !== null && rules.some((rule) => Object.hasOwn(value, rule))
  return (
    <>
      {judged ? (
        <div
          role="status"
          className={cn(
            'rounded-xl border px-4 py-3',
            violations.length === 0 ? 'border-ok/40 bg-ok-soft text-ok-ink' : 'border-bad/40 bg-bad-soft text-bad-ink',
          )}
        >
          <p className="flex items-center gap-2 font-semibold">
            {violations.length === 0 ? (
              <CircleCheck className="size-4.5" aria-hidden />
            ) : (
              <CircleX className="size-4.5" aria-hidden />
            )}
            <span>{violations.length === 0 ? 'Compliant' : 'Not compliant'}</span>
            <span className="ml-auto font-normal text-xs tabular-nums">
              {violations.length === 0 ? 'no rule fires' : plural(violations.length, 'violation')}
            </span>
          </p>
          {violations.length > 0 && (
            <ul className="mt-2 flex flex-col gap-2">
              {violations.slice(0, 50).map(({ msg, fix, at, path, effect }) => (
                <li key={`${path} ${msg}`} className="text-sm">
                  <span className="font-medium [overflow-wrap:anywhere]">{sentence(msg)}</span>{' '}
                  {effect !== 'block' && <span className="text-xs">({effect})</span>}
                  {fix && (
                    <span className="flex items-start gap-1.5 text-ink-2 text-xs">
                      <Wrench className="mt-0.5 size-3 shrink-0" aria-hidden />
                      <span className="[overflow-wrap:anywhere]">{sentence(fix)}</span>
                    </span>
                  )}
                  <span className="block [&_code]:text-ink-2">
                    <Place at={at} path={path} />
                  </span>
                </li>
              ))}
            </ul>
          )}
        </div>
      ) : (
        !queried && (
          <p className="flex items-start gap-2 rounded-xl border border-line bg-sunken px-4 py-3 text-ink-2 text-sm">
            <CircleHelp className="mt-0.5 size-4 shrink-0 text-ink-3" aria-hidden />
            No rule of the package is called deny, violation or warn, so it judges nothing.
          </p>
        )
      )}
      {prints.length > 0 && (
        <section>
          <h2 className="mb-1 font-medium text-ink-2 text-xs">Printed</h2>
          <CodeBlock code={prints.join('\n')} label="Prints" />
        </section>
      )}
      <section>
        <h2 className="mb-1 font-medium text-ink-2 text-xs">{queried ? 'Answer' : 'What the rules answer'}</h2>
        <CodeBlock code={value === undefined ? 'undefined' : JSON.stringify(value, null, 2)} label="Value" />
      </section>
    </>
  )
}
