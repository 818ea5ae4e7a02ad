import { useApi } from '../../api/index.ts'
import { ButtonLink, Card, CardHead, EmptyState, Loaded, SkeletonRows } from '../../ui/index.ts'
import { plural } from '../../words/index.ts'
import { ColumnsTable } from '../columns.tsx'
import type { View } from '../words.ts'

const few = 10

export function SchemaPreview({ product }: { product: View }) {
  const params = { domain: product.domain, product: product.name }
  const schema = useApi('getSchema', { params })
  const first = schema.data?.tables.find(({ name }) => name === product.tables[0]) ?? schema.data?.tables[0]
  const profile = useApi(
    'getProfile',
    { params: { ...params, table: first?.name ?? '' } },
    { enabled: first !== undefined && product.may.sample && product.head !== null, retry: false },
  )
  const shown = Math.min(few, first?.columns.length ?? 0)
  return (
    <Card className="overflow-hidden">
      <CardHead
        title="Schema"
        hint={
          first &&
          (product.tables.length > 1
            ? `${first.name}, one of ${plural(product.tables.length, 'table')}`
            : `${shown} of ${plural(first.columns.length, 'column')}`)
        }
      >
        <ButtonLink
          to="/products/$domain/$product"
          params={params}
          search={{ tab: 'schema' }}
          variant="ghost"
          size="sm"
        >
          Whole schema
        </ButtonLink>
      </CardHead>
      <Loaded
        from={schema}
        skeleton={<SkeletonRows rows={8} />}
        isEmpty={({ tables }) => tables.every(({ columns }) => columns.length === 0)}
        empty={
          <EmptyState title="No schema yet">
            The manifest names no columns and nothing has been published. The first run finds them.
          </EmptyState>
        }
      >
        {() =>
          first && (
            <ColumnsTable
              table={first}
              columns={first.columns.slice(0, few)}
              profile={profile.data}
              masks={product.access.masks}
              params={params}
            />
          )
        }
      </Loaded>
    </Card>
  )
}
