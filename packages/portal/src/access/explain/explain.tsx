import { getRouteApi } from '@tanstack/react-router'
import { HelpCircle } from 'lucide-react'
import { useApi } from '../../api/index.ts'
import { useMe } from '../../shell/me.ts'
import { Card, EmptyState, Loaded, SkeletonRows } from '../../ui/index.ts'
import { Question } from './question.tsx'
import { Verdict } from './verdict.tsx'

const page = getRouteApi('/frame/access')

/** Why somebody can or cannot read a product: the decision itself, with every rule that took part. */
export function Explain() {
  const { product, who, port, table, purpose } = page.useSearch()
  const me = useMe()
  const said = useApi(
    'explainAccess',
    {
      query: {
        product: product ?? '',
        ...(who ? { principal: who } : {}),
        ...(port ? { port } : {}),
        ...(table ? { table } : {}),
        ...(purpose ? { purpose } : {}),
      },
    },
    { enabled: product !== undefined },
  )
  return (
    <div className="grid grid-cols-[20rem_minmax(0,1fr)] items-start gap-4 max-lg:grid-cols-1">
      <Card className="p-4">
        <Question />
      </Card>
      {product === undefined ? (
        <Card>
          <EmptyState icon={<HelpCircle className="size-5" aria-hidden />} title="Why can or cannot somebody read it?">
            Choose a product. The answer is the decision that every read asks for, with the rules in the order in which
            they were asked.
          </EmptyState>
        </Card>
      ) : (
        <Loaded
          from={said}
          skeleton={
            <Card>
              <SkeletonRows rows={8} />
            </Card>
          }
        >
          {(said) => <Verdict said={said} mine={said.principal === me.data?.id} />}
        </Loaded>
      )}
    </div>
  )
}
