import { FlaskConical } from 'lucide-react'
import {
  Button,
  EmptyState,
  ErrorState,
  Skeleton,
  SkeletonRows,
  Tab,
  TabList,
  TabPanel,
  Tabs,
  TextField,
} from '../../ui/index.ts'
import { count } from '../../words/index.ts'
import { Impact } from '../impact.tsx'
import { TestList } from '../policy/source.tsx'
import { Mistakes } from './mistakes.tsx'
import { Result } from './result.tsx'
import type { Outcome, Show } from './use_play.ts'

const words = { result: 'Result', tests: 'Tests', trace: 'Trace', impact: 'Impact' } as const

/** What came of it, from four sides. Opening a side asks for what it shows. */
export function Answers({
  outcome,
  show,
  busy,
  edited,
  query,
  onQuery,
  onShow,
  onOpen,
  onRun,
}: {
  outcome: Outcome | null
  show: Show
  busy: Show | null
  edited: boolean
  query: string
  onQuery: (query: string) => void
  onShow: (show: Show) => void
  onOpen: (file: string) => void
  onRun: () => void
}) {
  const answer = outcome?.answer ?? null
  return (
    <Tabs value={show} onValueChange={onShow} className="flex min-h-0 flex-1 flex-col">
      <div className="flex flex-wrap items-center gap-x-4 bg-surface pl-4">
        <TabList aria-label="Answer" className="flex-1 border-b-0">
          {Object.entries(words).map(([value, word]) => (
            <Tab key={value} value={value}>
              {word}
            </Tab>
          ))}
        </TabList>
        {answer && (
          <p className="shrink-0 pr-4 text-ink-3 text-xs tabular-nums" aria-live="polite">
            {busy ? 'running' : `${count(answer.steps)} steps, ${answer.ms} ms`}
          </p>
        )}
      </div>
      <TabPanel value={show} className="min-h-0 flex-1 overflow-y-auto border-line border-t p-4 outline-offset-[-2px]">
        {edited && outcome && (
          <p className="mb-3 rounded-lg bg-warn-soft px-3 py-1.5 text-warn-ink text-xs">
            Changed since: what stands here is of the text before.
          </p>
        )}
        {outcome === null ? (
          busy ? (
            <div role="status" aria-busy="true" className="flex flex-col gap-3">
              <span className="sr-only">Evaluating</span>
              <Skeleton className="h-16 rounded-xl" />
              <SkeletonRows rows={3} className="p-0" />
            </div>
          ) : (
            <EmptyState
              icon={<FlaskConical className="size-5" aria-hidden />}
              title="Not evaluated yet"
              action={<Button onClick={onRun}>Evaluate</Button>}
            >
              Choose a product or write JSON, then evaluate.
            </EmptyState>
          )
        ) : outcome.error ? (
          <ErrorState error={outcome.error} retry={onRun} className="py-6" />
        ) : (
          <div className="flex flex-col gap-4">
            {outcome.mistakes.length > 0 && <Mistakes of={outcome.mistakes} onOpen={onOpen} />}
            {show === 'result' && (
              <>
                {answer && outcome.mistakes.length === 0 && <Result answer={answer} queried={outcome.queried} />}
                <form
                  className="flex items-end gap-2"
                  onSubmit={(event) => {
                    event.preventDefault()
                    onRun()
                  }}
                >
                  <TextField
                    className="flex-1"
                    label="Ask for something else"
                    placeholder="every rule of the package that a policy answers with"
                    hint="A path like data.mesh.columns_described, or a query."
                    value={query}
                    onChange={(event) => onQuery(event.target.value)}
                    maxLength={2000}
                    spellCheck={false}
                  />
                </form>
              </>
            )}
            {show === 'tests' && answer && outcome.mistakes.length === 0 && (
              <div className="-mx-4">
                <p className="mb-2 px-4 text-ink-2 text-sm">{testsText(answer.tests)}</p>
                <TestList of={answer.tests} />
                <p className="px-4 text-ink-3 text-xs">{reachedText(answer.coverage)}</p>
              </div>
            )}
            {show === 'trace' && answer && outcome.mistakes.length === 0 && <Trace lines={answer.trace} />}
            {show === 'impact' &&
              (busy === 'impact' ? (
                <SkeletonRows rows={5} className="p-0" />
              ) : (
                outcome.impact && <Impact impact={outcome.impact} compared />
              ))}
          </div>
        )}
      </TabPanel>
    </Tabs>
  )
}

const testsText = (tests: readonly { passed: boolean }[]): string => {
  const failed = tests.filter(({ passed }) => !passed).length
  return tests.length === 0
    ? 'There are no tests.'
    : failed === 0
      ? 'All tests pass.'
      : `${failed} of ${tests.length} tests fail.`
}
const reachedText = (coverage: Record<string, { covered: number[]; notCovered: number[] }>): string => {
  const rules = Object.entries(coverage).filter(([file]) => !file.endsWith('_test.rego'))
  const reached = rules.reduce((sum, [, { covered }]) => sum + covered.length, 0)
  const left = rules.reduce((sum, [, { notCovered }]) => sum + notCovered.length, 0)
  return reached + left === 0
    ? ''
    : left === 0
      ? 'The tests reach every line of the rules.'
      : `The tests reach ${reached} of ${reached + left} lines of the rules; the others are marked.`
}

const Trace = ({ lines }: { lines: readonly string[] }) =>
  lines.length === 0 ? (
    <p className="text-ink-3 text-sm">Nothing was evaluated.</p>
  ) : (
    <pre
      tabIndex={0}
      role="region"
      aria-label="Trace"
      className="overflow-x-auto rounded-lg border border-line bg-sunken px-3 py-2.5 font-mono text-2xs text-ink-2 leading-relaxed"
    >
      {lines.join('\n')}
    </pre>
  )
