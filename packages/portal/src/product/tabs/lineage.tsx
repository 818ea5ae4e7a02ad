import { ArrowRight } from 'lucide-react'
import { useCallback, useState } from 'react'
import { type Reply, useApi } from '../../api/index.ts'
import { type Change, LineageView, type State, Toolbar } from '../../lineage/index.ts'
import { ButtonLink, Card, Loaded, Skeleton } from '../../ui/index.ts'

/** A step or two around a product; the whole of it is one link away. */
export const ProductLineage = ({ product }: { product: Reply<'getProduct'> }) => {
  const from = useApi('getMesh', {}, { staleTime: 30_000 })
  const [state, setState] = useState<State>({
    focus: product.id,
    level: 'products',
    depth: 1,
    column: null,
    list: false,
    traced: false,
    indirect: false,
    impact: false,
  })
  const change: Change = useCallback((next) => setState((was) => ({ ...was, ...next })), [])
  const { focus, level, depth, column } = state
  return (
    <Card className="overflow-hidden">
      <header className="flex flex-wrap items-center gap-2 border-line border-b px-4 py-2.5">
        <h2 className="mr-auto font-semibold text-sm tracking-tight">Lineage</h2>
        <Toolbar state={state} change={change} levels={['products', 'columns']} />
        <ButtonLink
          to="/lineage"
          search={{
            focus: focus ?? product.id,
            level,
            depth: Math.max(2, depth),
            ...(column === null ? {} : { column }),
          }}
        >
          Open full lineage
          <ArrowRight className="size-3.5" aria-hidden />
        </ButtonLink>
      </header>
      <div className="relative h-[34rem] bg-sunken">
        <Loaded from={from} skeleton={<Skeleton className="m-6 h-120" />}>
          {(mesh) => <LineageView mesh={mesh} state={state} change={change} scrolls />}
        </Loaded>
      </div>
    </Card>
  )
}
