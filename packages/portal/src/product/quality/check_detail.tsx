import { Link } from '@tanstack/react-router'
import { type Reply, useApi } from '../../api/index.ts'
import { OutcomeMark, SampleRows } from '../../checks/index.ts'
import { sentence } from '../../ui/index.ts'
import { TimeChart } from '../../viz/index.ts'
import { count, duration, plural, when } from '../../words/index.ts'
import { type CheckHistory, written } from './figures.ts'

/** One rule over time: what it measured, what it found last, and rows that broke it. */
export function CheckDetail({ product, check }: { product: Reply<'getProduct'>; check: CheckHistory }) {
  const schema = useApi('getSchema', { params: { domain: product.domain, product: product.name } })
  const personal = new Set(
    schema.data?.tables
      .find((table) => table.name === check.table)
      ?.columns.filter((column) => column.pii)
      .map((column) => column.name),
  )
  const { last, history } = check
  const run = history[history.length - 1]?.run
  const broken = history.findLast((each) => each.outcome === 'failed' && each.run !== run)
  return (
    <div className="sticky left-0 grid gap-4 p-4 max-md:w-[calc(100vw-2rem)] md:grid-cols-2">
      <div className="min-w-0">
        <h3 className="mb-1 font-semibold text-sm">{measures(check) ? 'Measured' : 'Failing rows'} by run</h3>
        {history.length > 0 ? (
          <HistoryChart check={check} />
        ) : (
          <p className="text-ink-3 text-sm">It has not run yet.</p>
        )}
      </div>
      <div className="min-w-0">
        <h3 className="mb-1 font-semibold text-sm">Last result</h3>
        {last ? (
          <>
            <p className="flex items-start gap-2 text-sm">
              <OutcomeMark outcome={last.outcome} />
              <span>{sentence(last.message)}</span>
            </p>
            <dl className="mt-3 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-xs [&_dt]:text-ink-3">
              <dt>Rule</dt>
              <dd>
                {check.name} <span className="text-ink-3">({check.type.replaceAll('_', ' ')})</span>
              </dd>
              <dt>Looked at</dt>
              <dd>
                {plural(last.totalRows, 'row')}, {by[last.by]}, {duration(last.durationMs / 1000)}
              </dd>
              {check.threshold < 1 && (
                <>
                  <dt>Has to pass</dt>
                  <dd>{written(check.threshold * 100)} % of rows</dd>
                </>
              )}
              {check.at && (
                <>
                  <dt>Written in</dt>
                  <dd className="break-all font-mono">
                    {check.at.file}:{check.at.line}
                  </dd>
                </>
              )}
              {broken && (
                <>
                  <dt>Last broken</dt>
                  <dd>
                    <Link to="/runs/$id" params={{ id: broken.run }} className="text-accent-ink hover:underline">
                      {when(broken.at)}
                    </Link>
                  </dd>
                </>
              )}
              {run && (
                <>
                  <dt>Run</dt>
                  <dd>
                    <Link
                      to="/runs/$id"
                      params={{ id: run }}
                      className="break-all font-mono text-accent-ink hover:underline"
                    >
                      {run}
                    </Link>
                  </dd>
                </>
              )}
            </dl>
          </>
        ) : (
          <p className="text-ink-3 text-sm">It has not run yet.</p>
        )}
      </div>
      {last && last.samples.length > 0 && (
        <div className="min-w-0 md:col-span-2">
          <h3 className="mb-2 font-semibold text-sm">
            Rows that broke it{' '}
            <span className="font-normal text-ink-3 text-xs">
              {last.failingRows !== null && last.failingRows > last.samples.length
                ? `first ${count(last.samples.length)} of ${count(last.failingRows)}; `
                : ''}
              none of them was published
            </span>
          </h3>
          <SampleRows
            label={`Rows that broke: ${check.asks}`}
            rows={last.samples}
            concerned={check.columns}
            personal={personal}
          />
        </div>
      )}
    </div>
  )
}

const by = {
  statistics: 'by statistics of the files',
  query: 'by a query',
  implied: 'implied by another check',
} as const

/** A check about one figure tells that figure; others tell the rows that broke them. */
const measures = (check: CheckHistory): boolean => check.history.some((each) => typeof each.value === 'number')

const HistoryChart = ({ check }: { check: CheckHistory }) => {
  const figure = measures(check)
  return (
    <TimeChart
      label={check.asks}
      height={150}
      tone="accent"
      shape="step"
      unit={figure ? 'any' : 'whole'}
      limits={{ least: 0 }}
      readings={check.history.map((each) => ({
        at: Date.parse(each.at),
        value: figure ? (typeof each.value === 'number' ? each.value : null) : each.failingRows,
        note: figure ? undefined : `of ${count(each.totalRows)} rows`,
        bad: each.outcome === 'failed',
      }))}
      write={(value) => (figure ? written(value) : count(value))}
      say={(value) => (figure ? written(value) : plural(value, 'failing row'))}
    />
  )
}
