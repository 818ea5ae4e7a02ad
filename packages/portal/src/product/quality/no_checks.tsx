import { ShieldCheck } from 'lucide-react'
import { useApi } from '../../api/index.ts'
import { Card, CardHead, CodeBlock, EmptyState } from '../../ui/index.ts'
import type { View } from '../words.ts'
import { suggestChecks } from './suggest.ts'

/** A product without rules: what its published data would keep today, ready to be written into the manifest. */
export function NoChecks({ product }: { product: View }) {
  const params = { domain: product.domain, product: product.name }
  const table = product.tables[0] ?? ''
  const wanted = product.may.sample && product.head !== null && table !== ''
  const profile = useApi('getProfile', { params: { ...params, table } }, { enabled: wanted })
  const schema = useApi('getSchema', { params }, { enabled: wanted })
  const personal = new Set(
    schema.data?.tables.flatMap(({ columns }) => columns.filter(({ pii }) => pii).map(({ name }) => name)),
  )
  const proposal =
    profile.data && schema.data
      ? suggestChecks(profile.data, personal, product.tables.length > 1 ? table : undefined)
      : null
  return (
    <div className="flex flex-col gap-4">
      <Card>
        <EmptyState icon={<ShieldCheck className="size-5" aria-hidden />} title="No checks are defined">
          {product.may.manage
            ? 'Nothing is proved before it is published. A single check is what bronze asks for.'
            : `Nothing is proved before it is published. Ask ${product.owner} for checks that you rely on.`}
        </EmptyState>
      </Card>
      {proposal !== null && (
        <Card>
          <CardHead title="Checks that hold today" hint="proposed from the profile of what is published" />
          <div className="px-4 pb-4">
            <p className="mb-2 text-ink-2 text-sm">
              Put them under <code className="font-mono">spec</code> of the manifest, keep what is meant to hold, and
              apply the next release.
            </p>
            <CodeBlock code={proposal} label="Proposed checks" />
          </div>
        </Card>
      )}
    </div>
  )
}
