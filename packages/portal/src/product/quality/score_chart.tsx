import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { type Reply, useApi } from '../../api/index.ts'
import { ChartCard, TimeChart } from '../../viz/index.ts'
import { count, percent, plural, when } from '../../words/index.ts'

type Points = Reply<'getQuality'>['points']

const noteOf = ({ passed, warned, failed, published }: Points[number]): string | undefined => {
  const all = passed + warned + failed
  if (failed > 0) return `${failed} of ${all} checks failed${published ? '' : ', nothing published'}`
  return warned > 0 ? plural(warned, 'warning') : undefined
}

/** Share of checks that passed, a point for each run; releases are marked. A publish is refused as soon as one error stands: that is the objective. */
export function ScoreChart({ product, points }: { product: Reply<'getProduct'>; points: Points }) {
  const releases = useApi('listReleases', { params: { domain: product.domain, product: product.name } })
  const [now] = useState(() => Date.now())
  const newest = Date.parse(points[points.length - 1]?.at ?? '')
  return (
    <ChartCard
      title="Score over time"
      hint={`${plural(points.length, 'run')}; red: the publish was refused`}
      columns={['Run', 'Score', 'Passed', 'Warned', 'Failed', 'Published']}
      rows={points.map((point) => [
        <Link key="run" to="/runs/$id" params={{ id: point.run }} className="text-accent-ink hover:underline">
          {when(point.at)}
        </Link>,
        percent(point.score, 2),
        count(point.passed),
        count(point.warned),
        count(point.failed),
        point.published ? 'yes' : 'no',
      ])}
    >
      <TimeChart
        label="Quality score"
        shape="step"
        to={Math.max(now, newest)}
        readings={points.map((point) => ({
          at: Date.parse(point.at),
          value: point.score,
          note: noteOf(point),
          bad: point.failed > 0,
        }))}
        write={(value) => percent(value, 2)}
        say={(value) => `${(value * 100).toFixed(2).replace(/\.?0+$/, '')} percent`}
        limits={{ least: 0, most: 1 }}
        marks={(releases.data?.releases ?? []).map((release) => ({
          at: Date.parse(release.createdAt),
          label: `Release ${release.version}`,
        }))}
      />
    </ChartCard>
  )
}
