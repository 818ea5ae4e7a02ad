import { useNavigate } from '@tanstack/react-router'
import { ListChecks, ShieldCheck, Upload } from 'lucide-react'
import { type Reply, useApi, useChange } from '../../api/index.ts'
import { Quarantined } from '../../checks/index.ts'
import { Button, Card, EmptyState, Loaded, Skeleton, SkeletonRows, Stat, useToasts } from '../../ui/index.ts'
import { ago, count, percent, plural } from '../../words/index.ts'
import { ChecksTable } from '../quality/checks_table.tsx'
import { NoChecks } from '../quality/no_checks.tsx'
import { ScoreChart } from '../quality/score_chart.tsx'

type Product = Reply<'getProduct'>

/** History of the checks: how the score went, each rule with where it stands, and the rows that broke it. */
export const Quality = ({ product }: { product: Product }) => {
  const params = { domain: product.domain, product: product.name }
  const quality = useApi('getQuality', { params })
  return (
    <Loaded
      from={quality}
      skeleton={<QualitySkeleton />}
      isEmpty={(quality) => quality.points.length === 0}
      empty={product.counts.checks === 0 ? <NoChecks product={product} /> : <NotChecked product={product} />}
    >
      {(quality) => (
        <div className="flex flex-col gap-4">
          <Figures product={product} quality={quality} />
          <ScoreChart product={product} points={quality.points} />
          <ChecksTable product={product} checks={quality.checks} />
          {quality.quarantined.length > 0 && <Quarantined ports={quality.quarantined} />}
        </div>
      )}
    </Loaded>
  )
}

function Figures({ product, quality }: { product: Product; quality: Reply<'getQuality'> }) {
  const last = quality.points[quality.points.length - 1]
  const refused = quality.points.filter((point) => !point.published && point.failed > 0).length
  if (!last) return null
  const all = last.passed + last.warned + last.failed
  return (
    <Card className="flex flex-wrap items-center">
      <div className="grid min-w-0 flex-1 grid-cols-4 max-md:basis-full divide-x divide-line max-md:grid-cols-2 max-md:divide-x-0">
        <Stat
          label="Quality score"
          value={percent(last.score, 2)}
          note={last.failed > 0 ? 'last run refused' : last.warned > 0 ? 'with warnings' : 'all passed'}
          tone={last.failed > 0 ? 'bad' : last.warned > 0 ? 'warn' : 'ok'}
        />
        <Stat
          label="Checks that pass"
          value={`${count(last.passed)} of ${count(all)}`}
          note={last.failed > 0 ? `${count(last.failed)} failed` : undefined}
          tone="bad"
        />
        <Stat label="Last checked" value={ago(last.at)} />
        <Stat label="Publishes refused" value={count(refused)} note={`of ${plural(quality.points.length, 'run')}`} />
      </div>
      {product.may.publish && (
        <div className="px-4 py-3 max-md:pt-0">
          <RunChecks product={product} />
        </div>
      )}
    </Card>
  )
}

/** Builds and checks and publishes nothing. */
function RunChecks({ product }: { product: Product }) {
  const navigate = useNavigate()
  const { fail } = useToasts()
  const publish = useChange('publish', {
    stale: ['listRuns'],
    done: (run) => void navigate({ to: '/runs/$id', params: { id: run.id } }),
    failed: fail,
  })
  return (
    <Button
      busy={publish.isPending}
      title="Builds and checks; publishes nothing"
      onClick={() =>
        publish.mutate({ params: { domain: product.domain, product: product.name }, body: { dryRun: true } })
      }
    >
      <ListChecks className="size-3.5" aria-hidden />
      Run checks
    </Button>
  )
}

function NotChecked({ product }: { product: Product }) {
  const navigate = useNavigate()
  const { fail } = useToasts()
  const publish = useChange('publish', {
    stale: ['listRuns', 'getProduct'],
    done: (run) => void navigate({ to: '/runs/$id', params: { id: run.id } }),
    failed: fail,
  })
  return (
    <Card>
      <EmptyState
        icon={<ShieldCheck className="size-5" aria-hidden />}
        title="Not checked yet"
        action={
          product.may.publish && (
            <Button
              variant="primary"
              busy={publish.isPending}
              onClick={() => publish.mutate({ params: { domain: product.domain, product: product.name }, body: {} })}
            >
              <Upload className="size-3.5" aria-hidden />
              Publish
            </Button>
          )
        }
      >
        {plural(product.counts.checks, 'check')} of the contract {product.counts.checks === 1 ? 'runs' : 'run'} with
        every publish; nothing has been published yet.
      </EmptyState>
    </Card>
  )
}

const QualitySkeleton = () => (
  <div className="flex flex-col gap-4">
    <Skeleton className="h-18 rounded-xl max-md:h-36" />
    <Skeleton className="h-67 rounded-xl" />
    <Card>
      <SkeletonRows rows={8} />
    </Card>
  </div>
)
