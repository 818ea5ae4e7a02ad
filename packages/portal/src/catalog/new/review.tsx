import { useNavigate } from '@tanstack/react-router'
import { ArrowLeft, CircleCheck, Rocket } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useChange } from '../../api/index.ts'
import { PlanVerdicts } from '../../product/policies/plan_verdicts.tsx'
import {
  Button,
  Card,
  CardHead,
  Checkbox,
  Classification,
  Loaded,
  SkeletonRows,
  Table,
  Td,
  Th,
  useToasts,
} from '../../ui/index.ts'
import { count, partsOf, plural } from '../../words/index.ts'
import type { Proposal } from '../new_product.tsx'
import { Files } from './files.tsx'
import { aboutOf, type Wish } from './start.tsx'
import { usePlan } from './use_plan.ts'

/** Columns and checks to be corrected, the files as they will stand, and what applying them would do. */
export function Review({
  wish,
  proposal,
  onBack,
  onProposal,
}: {
  wish: Wish
  proposal: Proposal
  onBack: () => void
  onProposal: (proposal: Proposal) => void
}) {
  const { bundle, sample } = proposal
  const [files, setFiles] = useState(bundle.files)
  const [without, setWithout] = useState<readonly string[]>([])
  const [columns, setColumns] = useState(
    () => sample?.columns.map(({ name, pii }) => ({ name, pii, description: '' })) ?? [],
  )
  const [touched, setTouched] = useState(false)
  const again = useChange('proposeProduct', { done: (reply) => onProposal({ bundle: reply.bundle, sample: reply }) })
  const { mutate: repropose } = again
  useEffect(() => setFiles(bundle.files), [bundle])
  const corrections = JSON.stringify([columns, without])
  // nothing is published before what was just corrected stands in the files: a mark for personal data above all
  const [written, setWritten] = useState(corrections)
  // corrections are written into the files by the platform, as soon as nobody types any more
  useEffect(() => {
    if (!touched || !wish.upload) return
    const body = { ...aboutOf(wish), upload: wish.upload.id, columns, without: [...without] }
    const timer = setTimeout(() => repropose({ body }, { onSuccess: () => setWritten(corrections) }), 500)
    return () => clearTimeout(timer)
  }, [touched, wish, columns, without, corrections, repropose])
  const correct = (name: string, part: { pii?: boolean; description?: string }) => {
    setTouched(true)
    setColumns((was) => was.map((column) => (column.name === name ? { ...column, ...part } : column)))
  }
  const { plan, current } = usePlan({ ...bundle, files })
  return (
    <div className="flex flex-col gap-4">
      {sample && (
        <div className="grid grid-cols-[minmax(0,1fr)_20rem] gap-4 max-lg:grid-cols-1">
          <Card className="overflow-hidden">
            <CardHead
              title="Columns"
              hint={`${plural(sample.columns.length, 'column')}, ${count(sample.rows)} rows in the file`}
            />
            <Table label="Proposed columns" className="max-h-96 overflow-y-auto">
              <thead>
                <tr>
                  <Th>Column</Th>
                  <Th>Type</Th>
                  <Th>Examples</Th>
                  <Th>Personal data</Th>
                  <Th>Description</Th>
                </tr>
              </thead>
              <tbody>
                {sample.columns.map(({ name, sourceName, type, nullable, unique, examples, piiBecause }) => {
                  const mine = columns.find((column) => column.name === name)
                  return (
                    <tr key={name}>
                      <Td className="whitespace-nowrap font-mono text-xs">
                        {name}
                        {unique && (
                          <span className="ml-1 rounded bg-accent-soft px-1 font-sans font-semibold text-2xs text-accent-ink">
                            key
                          </span>
                        )}
                        {!nullable && (
                          <span className="ml-0.5 text-bad-ink" title="never empty in the sample">
                            *<span className="sr-only"> required</span>
                          </span>
                        )}
                        {sourceName !== name && (
                          <span className="block font-sans text-ink-3">in the file: {sourceName}</span>
                        )}
                      </Td>
                      <Td className="whitespace-nowrap font-mono text-ink-3 text-xs">{type}</Td>
                      <Td className="max-w-36 truncate text-ink-3 text-xs" title={examples.join(', ')}>
                        {examples.join(', ')}
                      </Td>
                      <Td>
                        <label className="flex items-center gap-2">
                          <input
                            type="checkbox"
                            className="size-4 shrink-0 accent-accent"
                            aria-label={`${name} is personal data`}
                            checked={mine?.pii ?? false}
                            onChange={(event) => correct(name, { pii: event.target.checked })}
                          />
                          {mine?.pii && <Classification pii />}
                          {piiBecause && <span className="min-w-32 text-ink-3 text-xs">{piiBecause}</span>}
                        </label>
                      </Td>
                      <Td className="min-w-44">
                        <input
                          aria-label={`Description of ${name}`}
                          className="h-7 w-full rounded-md border border-line-2 bg-surface px-2 text-xs placeholder:text-ink-3"
                          placeholder="What it says"
                          value={mine?.description ?? ''}
                          onChange={(event) => correct(name, { description: event.target.value })}
                        />
                      </Td>
                    </tr>
                  )
                })}
              </tbody>
            </Table>
          </Card>
          <Card>
            <CardHead title="Checks" hint="proven before every publish" />
            <ul className="flex flex-col gap-2 px-4 pb-4">
              {sample.checks.map(({ id, asks }) => (
                <li key={id}>
                  <Checkbox
                    label={asks}
                    checked={!without.includes(id)}
                    onChange={(event) => {
                      setTouched(true)
                      setWithout(event.target.checked ? without.filter((each) => each !== id) : [...without, id])
                    }}
                  />
                </li>
              ))}
            </ul>
          </Card>
        </div>
      )}
      <Files
        files={files}
        main={bundle.manifest ?? 'dataproduct.yaml'}
        busy={again.isPending}
        issues={plan.data?.issues ?? []}
        onChange={(path, text) => setFiles({ ...files, [path]: text })}
      />
      <Card className="p-4">
        <Loaded from={plan} skeleton={<SkeletonRows rows={2} className="p-0" />}>
          {(it) => (
            <div className="flex flex-col gap-3">
              <PlanVerdicts verdicts={it.verdicts} />
              {it.ok ? (
                <p className="flex items-center gap-2 text-sm">
                  <CircleCheck className="size-4 text-ok" aria-hidden />
                  Ready: applying registers release {it.proposed} and makes{' '}
                  {plural(it.steps.filter((step) => step.do === 'provision').length, 'port')} readable.
                </p>
              ) : (
                <p role="alert" className="text-bad-ink text-sm">
                  {plural(it.issues.filter((issue) => issue.severity === 'error').length, 'mistake')} to mend in the
                  files above.
                </p>
              )}
            </div>
          )}
        </Loaded>
        <Publish
          bundle={{ ...bundle, files }}
          id={`${wish.domain}/${wish.name}`}
          ready={plan.data?.ok === true && current && written === corrections}
          onBack={onBack}
        />
      </Card>
    </div>
  )
}

function Publish({
  bundle,
  id,
  ready,
  onBack,
}: {
  bundle: Proposal['bundle']
  id: string
  ready: boolean
  onBack: () => void
}) {
  const navigate = useNavigate()
  const { tell, fail } = useToasts()
  const { domain, product } = partsOf(id)
  const publish = useChange('publish', {
    stale: ['search', 'getMesh', 'listProducts', 'listRuns'],
    done: (run) => void navigate({ to: '/runs/$id', params: { id: run.id } }),
    failed: fail,
  })
  const apply = useChange('applyProduct', {
    done: ({ product: made }) => {
      tell('Registered', `${made.title} ${made.version}`)
      publish.mutate({ params: { domain, product }, body: {} })
    },
    failed: fail,
  })
  return (
    <div className="mt-4 flex flex-wrap justify-end gap-2">
      <Button variant="ghost" onClick={onBack}>
        <ArrowLeft className="size-4" aria-hidden />
        Back
      </Button>
      <Button
        variant="primary"
        disabled={!ready}
        busy={apply.isPending || publish.isPending}
        onClick={() => apply.mutate({ body: bundle })}
      >
        <Rocket className="size-4" aria-hidden />
        Publish
      </Button>
    </div>
  )
}
