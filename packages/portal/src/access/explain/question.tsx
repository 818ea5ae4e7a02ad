import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, useEffect, useState } from 'react'
import { useApi } from '../../api/index.ts'
import { ownsDomain, useMe } from '../../shell/me.ts'
import { Combobox } from '../../ui/combobox.tsx'
import { Button, Select, TextField } from '../../ui/index.ts'
import { partsOf } from '../../words/index.ts'

const page = getRouteApi('/frame/access')
const all = '*'

/** Who, what, by which port, for which purpose; all of it stands in the address. */
export function Question() {
  const search = page.useSearch()
  const navigate = page.useNavigate()
  const products = useApi('listProducts', { query: { limit: 1000 } }, { staleTime: 60_000 })
  const put = (part: { [K in keyof typeof search]?: (typeof search)[K] | undefined }) =>
    void navigate({
      search: (was) => {
        const next = { ...was, ...part, box: 'explain' as const }
        return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined))
      },
      replace: true,
    })
  return (
    <div className="flex flex-col gap-4">
      <h2 className="font-semibold text-base tracking-tight">Who can read what, and why</h2>
      <Who value={search.who} product={search.product} onChange={(who) => put({ who })} />
      <Combobox
        label="Product"
        placeholder="Type a name"
        options={
          products.data?.products.map(({ id, title }) => ({ value: id, label: `${title} · ${id.split('/')[0]}` })) ?? []
        }
        value={search.product ?? null}
        onChange={(product) => put({ product: product ?? undefined, port: undefined, table: undefined })}
      />
      {search.product !== undefined && (
        <Narrower product={search.product} port={search.port} table={search.table} onChange={put} />
      )}
      <Purpose value={search.purpose} onChange={(purpose) => put({ purpose })} />
    </div>
  )
}

/** Oneself unless somebody is named; those who are known are offered. */
function Who({
  value,
  product,
  onChange,
}: {
  value: string | undefined
  product: string | undefined
  onChange: (who: string | undefined) => void
}) {
  const me = useMe()
  const admin = me.data?.roles.some(({ role }) => role === 'platform-admin') ?? false
  const decides = product !== undefined && ownsDomain(me.data, partsOf(product).domain)
  const everybody = useApi('listPrincipals', {}, { enabled: admin, staleTime: 60_000 })
  const preview = useApi('previewAccess', { query: { products: '' } }, { staleTime: 60_000 })
  const rights = useApi(
    'listConsumers',
    { params: partsOf(product ?? '') },
    { enabled: decides && !admin, staleTime: 60_000 },
  )
  const known = new Map<string, string>()
  for (const { id, name } of preview.data?.holders ?? []) known.set(id, name)
  for (const { principal, principalName } of rights.data?.access ?? [])
    if (principal) known.set(principal, principalName)
  for (const { id, name } of everybody.data?.principals ?? []) known.set(id, name)
  const [text, setText] = useState(value ?? '')
  useEffect(() => setText(value ?? ''), [value])
  const send = (event?: FormEvent) => {
    event?.preventDefault()
    const next = text.trim() === '' || text.trim() === me.data?.id ? undefined : text.trim()
    if (next !== value) onChange(next)
  }
  return (
    <form onSubmit={send} className="flex items-start gap-2">
      <TextField
        label="Who"
        className="min-w-0 flex-1"
        list="explain-who"
        placeholder={`${me.data?.name ?? 'I'} (me)`}
        value={text}
        onChange={({ target }) => {
          setText(target.value)
          // chosen from the list, not typed letter by letter
          if (known.has(target.value)) onChange(target.value === me.data?.id ? undefined : target.value)
        }}
        onBlur={() => send()}
        hint="An id. Others than yourself, your teams and machines: for who decides about the product."
        autoComplete="off"
      />
      <datalist id="explain-who">
        {[...known].map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </datalist>
      {value !== undefined && (
        <Button size="sm" className="mt-5 h-8" onClick={() => onChange(undefined)}>
          Me
        </Button>
      )}
    </form>
  )
}

function Narrower({
  product,
  port,
  table,
  onChange,
}: {
  product: string
  port: string | undefined
  table: string | undefined
  onChange: (part: { port?: string | undefined; table?: string | undefined }) => void
}) {
  const found = useApi('getProduct', { params: partsOf(product) })
  const ports = found.data?.outputPorts ?? []
  const tables = found.data?.head ? found.data.tables : []
  const any = { value: all, label: 'Any' }
  return (
    <>
      <Select
        label="Port"
        value={port ?? all}
        options={[any, ...ports.map(({ name, technology }) => ({ value: name, label: `${name} · ${technology}` }))]}
        onChange={(next) => onChange({ port: next === all ? undefined : next })}
      />
      {tables.length > 0 && (
        <Select
          label="Table"
          value={table ?? all}
          options={[any, ...tables.map((name) => ({ value: name, label: name }))]}
          onChange={(next) => onChange({ table: next === all ? undefined : next })}
        />
      )}
    </>
  )
}

function Purpose({ value, onChange }: { value: string | undefined; onChange: (purpose: string | undefined) => void }) {
  const [text, setText] = useState(value ?? '')
  useEffect(() => setText(value ?? ''), [value])
  const send = (event?: FormEvent) => {
    event?.preventDefault()
    const next = text.trim() || undefined
    if (next !== value) onChange(next)
  }
  return (
    <form onSubmit={send}>
      <TextField
        label="Purpose"
        placeholder="Any"
        value={text}
        onChange={({ target }) => setText(target.value)}
        onBlur={() => send()}
        hint="As it stands in the grant."
      />
    </form>
  )
}
