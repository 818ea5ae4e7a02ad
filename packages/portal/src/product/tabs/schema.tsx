import { getRouteApi } from '@tanstack/react-router'
import { Braces, ChevronDown, FileJson, TableProperties } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { useApi } from '../../api/index.ts'
import {
  Button,
  Card,
  copyText,
  EmptyState,
  Loaded,
  Menu,
  SearchField,
  SkeletonRows,
  useToasts,
} from '../../ui/index.ts'
import { compact, plural } from '../../words/index.ts'
import { ColumnsTable, type TableSchema } from '../columns.tsx'
import { avroSchema, duckdbDdl, jsonSchema, postgresDdl } from '../schema_as.ts'
import { TableSwitch } from '../table_switch.tsx'
import type { View } from '../words.ts'

const ColumnDrawer = lazy(() => import('../column_drawer.tsx'))
const route = getRouteApi('/frame/products/$domain/$product')

/** Tables and columns; with figures for those who may see samples. */
export function Schema({ product }: { product: View }) {
  const params = { domain: product.domain, product: product.name }
  const schema = useApi('getSchema', { params })
  return (
    <Loaded
      from={schema}
      skeleton={
        <Card>
          <SkeletonRows rows={10} />
        </Card>
      }
      isEmpty={({ tables }) => tables.every(({ columns }) => columns.length === 0)}
      empty={
        <Card>
          <EmptyState title="No schema yet">
            The manifest names no columns and nothing has been published. Write <code>schema.fields</code>, or let the
            first run find them.
          </EmptyState>
        </Card>
      }
    >
      {({ tables }) => <Tables product={product} tables={tables} />}
    </Loaded>
  )
}

function Tables({ product, tables }: { product: View; tables: readonly TableSchema[] }) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [find, setFind] = useState('')
  const params = { domain: product.domain, product: product.name }
  const table = tables.find(({ name }) => name === search.table) ?? tables[0]
  const profile = useApi(
    'getProfile',
    { params: { ...params, table: table?.name ?? '' } },
    { enabled: table !== undefined && product.may.sample && product.head !== null, retry: false },
  )
  if (!table) return null
  const words = find.trim().toLowerCase()
  const columns = table.columns.filter(({ name, description, type }) =>
    `${name} ${description} ${type}`.toLowerCase().includes(words),
  )
  const open = table.columns.find(({ name }) => name === search.column)
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center gap-2">
        <TableSwitch tables={tables.map(({ name }) => name)} value={table.name} />
        <SearchField
          label="Filter columns"
          placeholder="Filter columns"
          className="w-64 max-md:w-full"
          value={find}
          onChange={(event) => setFind(event.target.value)}
        />
        <span role="status" className="text-ink-3 text-xs">
          {words ? `${columns.length} of ` : ''}
          {plural(table.columns.length, 'column')}
          {table.rows !== null && `, ${compact(table.rows)} rows`}
        </span>
        <div className="ml-auto">
          <CopyAs product={product} table={table} />
        </div>
      </div>
      {table.description && <p className="mb-3 max-w-2xl text-ink-2">{table.description}</p>}
      <Card className="overflow-hidden [&_thead_th]:border-t-0">
        {columns.length === 0 ? (
          <EmptyState
            title={`No column matches “${find}”`}
            action={<Button onClick={() => setFind('')}>Show all</Button>}
          />
        ) : (
          <ColumnsTable
            table={table}
            columns={columns}
            profile={profile.data}
            masks={product.access.masks}
            params={params}
          />
        )}
      </Card>
      {!product.may.sample && (
        <p className="mt-2 text-ink-3 text-xs">
          Nulls, distinct values and profiles are shown to those who may read the product.
        </p>
      )}
      <Suspense>
        {open && (
          <ColumnDrawer
            product={product}
            table={table}
            column={open}
            profile={profile.data?.columns.find(({ name }) => name === open.name)}
            onClose={() => void navigate({ search: ({ column: _, ...was }) => was, resetScroll: false })}
          />
        )}
      </Suspense>
    </>
  )
}

function CopyAs({ product, table }: { product: View; table: TableSchema }) {
  const toasts = useToasts()
  const copy = (what: string, text: () => string) => async () => {
    await copyText(text())
    toasts.tell(`${what} of ${table.name} copied`)
  }
  const icon = 'size-3.5 text-ink-3'
  return (
    <Menu
      trigger={
        <Button>
          Copy as
          <ChevronDown className="size-3.5" aria-hidden />
        </Button>
      }
      items={[
        {
          label: 'DuckDB DDL',
          icon: <TableProperties className={icon} aria-hidden />,
          onSelect: copy('DuckDB DDL', () => duckdbDdl(table)),
        },
        {
          label: 'Postgres DDL',
          icon: <TableProperties className={icon} aria-hidden />,
          onSelect: copy('Postgres DDL', () => postgresDdl(table)),
        },
        {
          label: 'JSON Schema',
          icon: <FileJson className={icon} aria-hidden />,
          onSelect: copy('JSON Schema', () => jsonSchema(table)),
        },
        {
          label: 'Avro schema',
          icon: <Braces className={icon} aria-hidden />,
          onSelect: copy('Avro schema', () => avroSchema(table, `${product.domain}.${product.name}`)),
        },
      ]}
    />
  )
}
