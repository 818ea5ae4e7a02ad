import { getRouteApi, Link } from '@tanstack/react-router'
import { CircleCheck, CircleDashed, File, KeyRound, Workflow } from 'lucide-react'
import { useState } from 'react'
import { useApi } from '../../api/index.ts'
import { Badge, Card, CardHead, CodeBlock, CopyButton, EmptyState, sentence } from '../../ui/index.ts'
import { partsOf, plural, portWord } from '../../words/index.ts'
import { type Snippet, snippetsOf } from '../snippets.ts'
import { TableSwitch } from '../table_switch.tsx'
import type { View } from '../words.ts'

const route = getRouteApi('/frame/products/$domain/$product')
type Port = View['outputPorts'][number]

/** Where to read, with texts that work when pasted, and where the data comes from. */
export function Ports({ product }: { product: View }) {
  const search = route.useSearch()
  const table = product.tables.find((name) => name === search.table) ?? product.tables[0] ?? ''
  const files = useApi(
    'listFiles',
    { params: { domain: product.domain, product: product.name } },
    { enabled: product.access.canRead && product.head !== null, retry: false },
  )
  const addresses = files.data?.tables.find(({ name }) => name === table)?.files.map(({ url }) => url)
  const works = product.outputPorts.filter(({ provisioned }) => provisioned)
  const declared = product.outputPorts.filter(({ provisioned }) => !provisioned)
  return (
    <div className="flex flex-col gap-3.5">
      <div className="flex flex-wrap items-center gap-3">
        <TableSwitch tables={product.tables} value={table} />
        <p className="flex items-center gap-2 text-ink-3 text-sm">
          <KeyRound className="size-4 shrink-0" aria-hidden />
          <span>
            The texts take your token from <code className="font-mono text-ink-2 text-xs">$DATAMESH_TOKEN</code>.{' '}
            <Link to="/settings" search={{ tab: 'tokens' }} className="text-accent-ink underline">
              Make a token
            </Link>
          </span>
        </p>
      </div>
      {product.outputPorts.length === 0 && (
        <Card>
          <EmptyState title="No output port">
            Nobody can read this product until its manifest names a port: <code>output_ports</code> with{' '}
            <code>api</code>, <code>parquet</code>, <code>csv</code> or <code>json</code>.
          </EmptyState>
        </Card>
      )}
      {works.map((port) => (
        <PortCard key={port.name} product={product} port={port} table={table} files={addresses} />
      ))}
      {declared.length > 0 && (
        <Card>
          <CardHead title="Declared, not served here" hint={declared.length} />
          <ul className="divide-y divide-line px-4 pb-2">
            {declared.map((port) => (
              <li key={port.name} className="flex gap-3 py-3">
                <CircleDashed className="mt-0.5 size-4 shrink-0 text-ink-3" aria-hidden />
                <div className="min-w-0">
                  <p className="flex flex-wrap items-center gap-2">
                    <span className="font-medium">{port.name}</span>
                    <Badge>{port.technology}</Badge>
                    {port.format && <Badge>{port.format}</Badge>}
                  </p>
                  <p className="mt-1 text-ink-2">{sentence(port.reason ?? 'this installation does not serve it')}</p>
                </div>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Inputs product={product} />
    </div>
  )
}

function PortCard({
  product,
  port,
  table,
  files,
}: {
  product: View
  port: Port
  table: string
  files: readonly string[] | undefined
}) {
  const snippets = snippetsOf({
    origin: location.origin,
    product: product.id,
    tables: product.tables,
    table,
    port,
    ...(files && { files }),
  })
  const [id, setId] = useState(snippets[0]?.id)
  const shown = snippets.find((each) => each.id === id) ?? snippets[0]
  // the platform names the first table; the reader may have chosen another
  const address = `${location.origin}${(port.url ?? '').replace(/\/tables\/[^/]+\/rows$/, `/tables/${table}/rows`)}`
  return (
    <Card>
      <CardHead
        title={port.name}
        hint={`${portWord(port.kind)} · ${port.technology}${port.format ? `, ${port.format}` : ''}`}
      >
        <span className="inline-flex items-center gap-1.5 text-ok-ink text-xs">
          <CircleCheck className="size-3.5" aria-hidden />
          Served here
        </span>
        {port.rateLimit && <Badge className="ml-2">{port.rateLimit}</Badge>}
      </CardHead>
      <div className="px-4 pb-4">
        <div className="flex min-w-0 items-center gap-1">
          <code className="min-w-0 truncate font-mono text-[0.71875rem] text-ink-2" title={address}>
            {address}
          </code>
          <CopyButton text={address} label={`Copy address of ${port.name}`} quiet />
        </div>
        {shown ? (
          <>
            <div className="mt-2 flex flex-wrap gap-1" role="group" aria-label={`Ways to read ${port.name}`}>
              {snippets.map((each) => (
                <button
                  key={each.id}
                  type="button"
                  aria-pressed={each === shown}
                  onClick={() => setId(each.id)}
                  className="h-7 rounded-md px-2.5 font-medium text-ink-3 text-xs ring-line ring-inset hover:bg-sunken hover:text-ink aria-pressed:bg-accent-soft aria-pressed:text-accent-ink"
                >
                  {each.label}
                </button>
              ))}
            </div>
            <SnippetBox snippet={shown} port={port.name} />
          </>
        ) : (
          <p className="mt-2 text-ink-3 text-sm">What to paste stands here once a table is known.</p>
        )}
      </div>
    </Card>
  )
}

const SnippetBox = ({ snippet, port }: { snippet: Snippet; port: string }) => (
  <>
    <CodeBlock className="mt-2" code={snippet.code} label={`${snippet.label} for ${port}`} />
    {snippet.note && <p className="mt-1.5 text-ink-3 text-xs">{snippet.note}</p>}
  </>
)

const Inputs = ({ product }: { product: View }) => (
  <Card>
    <CardHead title="Where the data comes from" hint={plural(product.inputPorts.length, 'input port')} />
    {product.inputPorts.length === 0 ? (
      <p className="px-4 pb-4 text-ink-3 text-sm">The manifest names no input port.</p>
    ) : (
      <ul className="divide-y divide-line px-4 pb-2">
        {product.inputPorts.map(({ name, from, detail }) => {
          const { domain, product: id } = partsOf(detail)
          return (
            <li key={name} className="flex items-center gap-3 py-2.5">
              {from === 'product' ? (
                <Workflow className="size-4 shrink-0 text-ink-3" aria-hidden />
              ) : (
                <File className="size-4 shrink-0 text-ink-3" aria-hidden />
              )}
              <span className="font-medium">{name}</span>
              <Badge>{from}</Badge>
              {from === 'product' ? (
                <Link
                  to="/products/$domain/$product"
                  params={{ domain, product: id.split('@')[0] ?? id }}
                  className="min-w-0 truncate text-accent-ink hover:underline"
                >
                  {detail}
                </Link>
              ) : (
                <code className="min-w-0 truncate font-mono text-[0.71875rem] text-ink-2" title={detail}>
                  {detail}
                </code>
              )}
            </li>
          )
        })}
      </ul>
    )}
  </Card>
)
