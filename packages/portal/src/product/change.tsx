import { useNavigate } from '@tanstack/react-router'
import { ArrowLeft, Rocket } from 'lucide-react'
import { useState } from 'react'
import { type Reply, useApi, useChange } from '../api/index.ts'
import { Files } from '../catalog/new/files.tsx'
import { usePlan } from '../catalog/new/use_plan.ts'
import { Button, Card, CopyButton, Loaded, SkeletonRows, sentence, useToasts } from '../ui/index.ts'
import { plural } from '../words/index.ts'
import { PlanVerdicts } from './policies/plan_verdicts.tsx'
import { Affected, Changes, Verdict } from './versions/verdict.tsx'
import type { View } from './words.ts'

/** The files of the current release, changed by hand: what that would break, and whom, before anything is registered. */
export default function Change({ product, main, onClose }: { product: View; main: string; onClose: () => void }) {
  const params = { domain: product.domain, product: product.name }
  const release = useApi('getRelease', { params: { ...params, version: product.version } })
  return (
    <Loaded from={release} skeleton={<SkeletonRows rows={10} />}>
      {({ files }) => <Edit product={product} main={main} before={files} onClose={onClose} />}
    </Loaded>
  )
}

function Edit({
  product,
  main,
  before,
  onClose,
}: {
  product: View
  main: string
  before: Record<string, string>
  onClose: () => void
}) {
  const [files, setFiles] = useState(before)
  const bundle = { manifest: main, files }
  const { plan, current } = usePlan(bundle)
  const changed = Object.keys(files).filter((path) => files[path] !== before[path])
  return (
    <div className="flex flex-col gap-4">
      <Files
        files={files}
        main={main}
        busy={false}
        issues={plan.data?.issues ?? []}
        onChange={(path, text) => setFiles({ ...files, [path]: text })}
      />
      <Card className="flex flex-col gap-4 p-4">
        {changed.length === 0 ? (
          <p className="text-ink-3 text-sm">
            Change a file, and this says what it means for readers. A new version number stands in {main}.
          </p>
        ) : (
          <Loaded from={plan}>{(it) => <Impact plan={it} />}</Loaded>
        )}
        <div className="flex flex-wrap items-center justify-end gap-2">
          {changed.length === 1 && changed[0] && (
            <CopyButton text={files[changed[0]] ?? ''} label={`Copy ${changed[0].split('/').at(-1)}`} />
          )}
          <Button variant="ghost" onClick={onClose}>
            <ArrowLeft className="size-4" aria-hidden />
            Back to the contract
          </Button>
          <Apply product={product} bundle={bundle} ready={changed.length > 0 && current && plan.data?.ok === true} />
        </div>
      </Card>
    </div>
  )
}

const Impact = ({ plan }: { plan: Reply<'planProduct'> }) => {
  // what a policy refuses stands among what policies say
  const told = new Set(plan.verdicts?.map(({ policy }) => policy))
  const wrong = plan.issues.filter(({ severity, code }) => severity === 'error' && !told.has(code))
  return (
    <>
      <Verdict comparison={{ ...plan, from: plan.current ?? plan.proposed, to: plan.proposed, files: [] }} />
      {wrong.length > 0 && (
        <div role="alert" className="text-bad-ink text-sm">
          <p className="font-medium">{plural(wrong.length, 'mistake')} to mend first</p>
          <ul className="mt-1 list-disc pl-5">
            {wrong.map((issue) => (
              <li key={`${issue.code} ${issue.at?.line} ${issue.message}`}>{sentence(issue.message)}</li>
            ))}
          </ul>
        </div>
      )}
      <PlanVerdicts verdicts={plan.verdicts} />
      {plan.affected.length > 0 && <Affected affected={plan.affected} />}
      {plan.changes.length > 0 && <Changes changes={plan.changes} />}
    </>
  )
}

/** Registers the release and builds it; the files stay where the team keeps them, so they are told to keep them alike. */
function Apply({
  product,
  bundle,
  ready,
}: {
  product: View
  bundle: { manifest: string; files: Record<string, string> }
  ready: boolean
}) {
  const navigate = useNavigate()
  const { tell, fail } = useToasts()
  const publish = useChange('publish', {
    done: (run) => void navigate({ to: '/runs/$id', params: { id: run.id } }),
    failed: fail,
  })
  const apply = useChange('applyProduct', {
    stale: ['getProduct', 'getContract', 'listReleases', 'getRelease', 'search'],
    done: ({ product: made }) => {
      tell(`Release ${made.version} registered`, 'Bring the changed files back to where your team keeps them.')
      publish.mutate({ params: { domain: product.domain, product: product.name }, body: {} })
    },
    failed: fail,
  })
  return (
    <Button
      variant="primary"
      disabled={!ready}
      busy={apply.isPending || publish.isPending}
      onClick={() => apply.mutate({ body: bundle })}
    >
      <Rocket className="size-4" aria-hidden />
      Register and publish
    </Button>
  )
}
