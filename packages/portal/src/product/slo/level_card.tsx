import { useState } from 'react'
import { Badge, Card, CardHead, Table, Td, Th } from '../../ui/index.ts'
import { BurnDown, budgetTone, FiguresTable, Gauge, TableSwitch, TimeChart } from '../../viz/index.ts'
import { duration, percent, when } from '../../words/index.ts'
import { burnMeaning, type Level, saidIn, writtenIn } from './figures.ts'

const toneInk = { ok: 'text-ok-ink', warn: 'text-warn-ink', bad: 'text-bad-ink', muted: 'text-ink-3' }

/** One level: what was measured against its target, the budget that is left and how fast it goes, and when it was missed and why. */
export function LevelCard({ level, days }: { level: Level; days: number }) {
  const [asTable, setAsTable] = useState(false)
  const name = `${level.name.charAt(0).toUpperCase()}${level.name.slice(1)}`
  return (
    <Card aria-label={name}>
      <CardHead title={name} hint={`${level.written}; ${level.because}`}>
        {level.met === false && <Badge tone="bad">missed now</Badge>}
        <TableSwitch asTable={asTable} onChange={setAsTable} what={name} />
      </CardHead>
      <div className="grid gap-x-4 pb-3 lg:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="min-w-0 px-3 pt-1">
          {asTable ? (
            <FiguresTable
              label={name}
              columns={['At', 'Measured', 'Met']}
              rows={level.points.map((point) => [
                when(point.at),
                point.value === null ? 'not measured' : writtenIn(level.unit, point.value),
                point.met ? 'yes' : 'no',
              ])}
            />
          ) : level.points.length === 0 ? (
            <p className="grid h-72 place-items-center rounded-lg border border-line-2 border-dashed px-6 text-center text-ink-3 text-sm">
              The first measurement is written within a minute.
            </p>
          ) : (
            <Measured level={level} name={name} />
          )}
        </div>
        <Budget level={level} name={name} days={days} />
      </div>
      {level.breaches.length > 0 && <Breaches level={level} />}
    </Card>
  )
}

const Measured = ({ level, name }: { level: Level; name: string }) => (
  <TimeChart
    label={name}
    height={288}
    unit={level.unit === 'seconds' ? 'seconds' : 'any'}
    shape="straight"
    readings={level.points.map((point) => ({
      at: Date.parse(point.at),
      value: point.value,
      bad: !point.met,
    }))}
    objective={
      level.target === null
        ? undefined
        : { value: level.target, bad: level.unit === 'seconds' ? 'above' : 'below', word: 'promised' }
    }
    limits={level.unit === 'share' ? { least: 0, most: 1 } : { least: 0 }}
    write={(value) => writtenIn(level.unit, value)}
    say={(value) => saidIn(level.unit, value)}
  />
)

function Budget({ level, name, days }: { level: Level; name: string; days: number }) {
  const left = level.budgetLeft
  const tone = budgetTone(left)
  const last = level.burnDown[level.burnDown.length - 1]
  const to = last ? Date.parse(last.at) : 0
  const rates = [
    ['1 h', level.burnRates.hour],
    ['6 h', level.burnRates.sixHours],
    ['3 days', level.burnRates.threeDays],
  ] as const
  return (
    <div className="min-w-0 px-4 lg:border-line lg:border-l">
      <Gauge
        share={left}
        tone={tone}
        label={
          left === null
            ? `${name}: no error budget counted yet`
            : `${name}: ${Math.round(left * 100)} percent of the error budget left`
        }
        value={left === null ? '–' : percent(left, 0)}
        note={left !== null && left < 0 ? 'overspent' : 'budget left'}
      />
      {last && (
        <BurnDown
          label="Error budget"
          tone={tone}
          from={to - days * 86_400_000}
          to={to}
          points={level.burnDown.map((point) => ({ at: Date.parse(point.at), left: point.left }))}
        />
      )}
      <dl className="mt-2 divide-y divide-line text-xs">
        <div className="flex justify-between py-1.5">
          <dt className="text-ink-3">Met {percent(level.objective, 2)} of the time wanted</dt>
          <dd className="font-medium tabular-nums">{level.attained === null ? '–' : percent(level.attained, 2)}</dd>
        </div>
        {rates.map(([over, rate]) => {
          const meaning = burnMeaning(rate, days)
          return (
            <div key={over} className="flex items-baseline gap-2 py-1.5">
              <dt className="w-20 shrink-0 text-ink-3">Burn, {over}</dt>
              <dd className="flex-1 text-ink-3">{meaning.words}</dd>
              <dd className={`font-medium tabular-nums ${toneInk[meaning.tone]}`}>
                {rate === null ? '–' : `${rate.toLocaleString('en', { maximumFractionDigits: 1 })}×`}
              </dd>
            </div>
          )
        })}
      </dl>
    </div>
  )
}

const Breaches = ({ level }: { level: Level }) => (
  <Table label={`When ${level.name} was missed`} className="rounded-b-xl">
    <thead>
      <tr>
        <Th>Missed from</Th>
        <Th>For</Th>
        <Th className="text-right">Worst</Th>
        <Th>Cause</Th>
      </tr>
    </thead>
    <tbody>
      {level.breaches.toReversed().map((breach) => (
        <tr key={breach.from} className="last:*:border-b-0">
          <Td className="whitespace-nowrap">{when(breach.from)}</Td>
          <Td className="whitespace-nowrap">
            {breach.to === null ? (
              <span className="font-medium text-bad-ink">still missed</span>
            ) : (
              duration((Date.parse(breach.to) - Date.parse(breach.from)) / 1000)
            )}
          </Td>
          <Td className="whitespace-nowrap text-right tabular-nums">
            {breach.worst === null ? '–' : writtenIn(level.unit, breach.worst)}
          </Td>
          <Td className="min-w-48 text-ink-2">
            {breach.cause ?? <span className="text-ink-3">no cause was recorded</span>}
          </Td>
        </tr>
      ))}
    </tbody>
  </Table>
)
