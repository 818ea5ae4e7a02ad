import type { ApiError } from '@datamesh/sdk'
import { getRouteApi } from '@tanstack/react-router'
import { Lock, Play } from 'lucide-react'
import { useApi } from '../../api/index.ts'
import { MaskMark, maskSentence } from '../../masks/index.ts'
import {
  Button,
  ButtonLink,
  Card,
  CardHead,
  EmptyState,
  Loaded,
  Skeleton,
  SkeletonRows,
  Table,
  Td,
  Th,
} from '../../ui/index.ts'
import { compact, percent, plural } from '../../words/index.ts'
import type { ColumnProfile, Profile } from '../columns.tsx'
import { Spread, TopValues } from '../profile_chart.tsx'
import { TableSwitch } from '../table_switch.tsx'
import type { View } from '../words.ts'

const route = getRouteApi('/frame/products/$domain/$product')

/** A few rows and what is in each column, masked as for this reader. */
export function Samples({ product }: { product: View }) {
  const search = route.useSearch()
  const table = product.tables.find((name) => name === search.table) ?? product.tables[0]
  if (!product.may.sample) return <Denied product={product} />
  if (product.head === null || table === undefined)
    return (
      <Card>
        <EmptyState title="No samples yet">They are taken from the first snapshot that is published.</EmptyState>
      </Card>
    )
  return (
    <>
      {product.tables.length > 1 && (
        <div className="mb-3">
          <TableSwitch tables={product.tables} value={table} />
        </div>
      )}
      <OfTable product={product} table={table} />
    </>
  )
}

function OfTable({ product, table }: { product: View; table: string }) {
  // it is made right after the publish: whoever comes that early waits for it
  const profile = useApi(
    'getProfile',
    { params: { domain: product.domain, product: product.name, table } },
    { refetchInterval: ({ state }) => (state.error?.kind === 'missing' ? 1_500 : false) },
  )
  if (profile.data === undefined && profile.error?.kind === 'missing')
    return (
      <div role="status">
        <p className="mb-3 text-ink-3 text-sm">
          Just published: the sample and the profile of each column are being made, and stand here in a moment.
        </p>
        <SamplesSkeleton />
      </div>
    )
  const { masks } = product.access
  const maskOf = (column: string) => masks.find((mask) => mask.column.toLowerCase() === column.toLowerCase())
  return (
    <Loaded
      from={profile}
      skeleton={<SamplesSkeleton />}
      denied={(error) => <Denied product={product} error={error} />}
      isEmpty={({ columns }) => columns.length === 0}
      empty={
        <Card>
          <EmptyState title="The table is empty">There is nothing to take a sample of.</EmptyState>
        </Card>
      }
    >
      {(data) => (
        <div className="flex flex-col gap-3.5">
          <Card className="overflow-hidden">
            <CardHead
              title="Sample"
              // readers of some rows are not told how many there are
              hint={`${plural(data.sample.length, 'row')}${data.columns[0]?.rows ? ` of ${compact(data.columns[0].rows)}` : ' of those you may read'}`}
            >
              {product.access.canRead && (
                <ButtonLink to="/sql" search={{ product: product.id }} variant="ghost" size="sm">
                  <Play className="size-3.5" aria-hidden />
                  Query in the workbench
                </ButtonLink>
              )}
            </CardHead>
            {masks.length > 0 && (
              <p className="mx-4 mb-2 flex items-center gap-2 rounded-lg bg-warn-soft px-3 py-2 text-warn-ink text-xs">
                <Lock className="size-3.5 shrink-0" aria-hidden />
                {plural(masks.length, 'column')} masked for you. Samples leave their values out; rows that you read show
                them as their mask says.
              </p>
            )}
            {data.sample.length > 0 && <SampleTable profile={data} maskOf={maskOf} />}
          </Card>
          <h2 className="mt-2 font-semibold text-base">Profile of each column</h2>
          <ul className="grid grid-cols-[repeat(auto-fill,minmax(17rem,1fr))] gap-3.5">
            {data.columns.map((column) => (
              <li key={column.name} className="flex">
                <ProfileCard column={column} mask={maskOf(column.name)} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </Loaded>
  )
}

type MaskOf = (column: string) => View['access']['masks'][number] | undefined

const SampleTable = ({ profile, maskOf }: { profile: Profile; maskOf: MaskOf }) => (
  <Table label={`Sample of ${profile.table}`}>
    <thead>
      <tr>
        {profile.columns.map(({ name, type }) => (
          <Th key={name}>
            <span className="flex items-center gap-1.5 font-mono">
              <span className="text-ink-2">{name}</span>
              <span className="font-normal text-2xs">{type.toLowerCase()}</span>
              {maskOf(name) && <MaskMark mask={maskOf(name)} />}
            </span>
          </Th>
        ))}
      </tr>
    </thead>
    <tbody>
      {profile.sample.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a sample never changes its order
        <tr key={at} className="hover:bg-sunken [&:last-child>td]:border-0">
          {profile.columns.map(({ name }) => (
            <Td
              key={name}
              className="max-w-72 truncate whitespace-nowrap py-1.5 font-mono text-[0.71875rem] text-ink-2"
            >
              <Cell value={row[name]} masked={maskOf(name) !== undefined} />
            </Td>
          ))}
        </tr>
      ))}
    </tbody>
  </Table>
)

const Cell = ({ value, masked }: { value: unknown; masked: boolean }) => {
  if (masked) return <span title="Masked for you">•••</span>
  if (value === null || value === undefined) return <span className="text-ink-3 italic">null</span>
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return <span title={text.length > 40 ? text : undefined}>{text}</span>
}

const ProfileCard = ({ column, mask }: { column: ColumnProfile; mask: ReturnType<MaskOf> }) => (
  <Card className="flex w-full flex-col p-3.5">
    <h3 className="flex items-baseline gap-2">
      <span className="truncate font-medium font-mono text-xs">{column.name}</span>
      <span className="ml-auto shrink-0 font-mono text-2xs text-ink-3">{column.type.toLowerCase()}</span>
    </h3>
    <p className="mt-1 text-ink-3 text-xs">
      {column.distinct === null ? '' : `${compact(column.distinct)} distinct, `}
      {column.rows === 0
        ? ''
        : column.nulls === 0
          ? 'no nulls'
          : `${percent(column.nulls / Math.max(1, column.rows))} nulls`}
    </p>
    <div className="mt-3 flex flex-1 flex-col justify-start gap-3">
      {mask ? (
        <p className="text-warn-ink text-xs">
          <MaskMark mask={mask} className="mr-1.5" />
          Masked for you: {maskSentence(mask)}.
        </p>
      ) : (
        <>
          <Spread column={column} />
          {(column.quantiles === null || column.top.length < 10) && <TopValues column={column} few={5} />}
        </>
      )}
    </div>
  </Card>
)

/** No right to see rows: what there would be, and how to get it. */
const Denied = ({ product, error }: { product: View; error?: ApiError }) => {
  const navigate = route.useNavigate()
  return (
    <Card className="relative overflow-hidden">
      <div aria-hidden className="pointer-events-none select-none opacity-40 blur-[3px] [&_.shimmer]:animate-none">
        <SkeletonRows rows={9} />
      </div>
      <div className="absolute inset-0 grid place-items-center bg-surface/70">
        <EmptyState
          icon={<Lock className="size-5" aria-hidden />}
          title="Samples are for those who may read"
          action={
            product.access.how === 'requested' ? (
              <ButtonLink to="/access" search={{ box: 'mine' }}>
                Your request waits for {product.owner}
              </ButtonLink>
            ) : (
              <>
                <Button
                  variant="primary"
                  onClick={() => void navigate({ search: (was) => ({ ...was, dialog: 'access' }), resetScroll: false })}
                >
                  Request access
                </Button>
                <ButtonLink to="/access" search={{ box: 'explain', product: product.id }}>
                  Why not
                </ButtonLink>
              </>
            )
          }
        >
          Here stand twenty rows of {plural(product.counts.columns, 'column')} and a profile of each: how many values,
          which are frequent, where they lie. {error?.message}
        </EmptyState>
      </div>
    </Card>
  )
}

const SamplesSkeleton = () => (
  <div className="flex flex-col gap-3.5">
    <Card>
      <SkeletonRows rows={8} />
    </Card>
    <div className="grid grid-cols-[repeat(auto-fill,minmax(17rem,1fr))] gap-3.5">
      {[0, 1, 2, 3].map((at) => (
        <Card key={at} className="p-3.5">
          <Skeleton className="w-1/2" />
          <Skeleton className="mt-3 h-20 w-full" />
        </Card>
      ))}
    </div>
  </div>
)
