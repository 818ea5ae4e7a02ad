import type { PolicyMistake } from '@datamesh/core'
import { useMemo } from 'react'
import type { Reply } from '../../api/index.ts'
import { CodeEditor } from '../../editor/index.ts'
import { Combobox } from '../../ui/combobox.tsx'
import { readable, Segment, SegmentList, Tabs } from '../../ui/index.ts'

type From = 'product' | 'json' | 'data'

/** What the rules are asked about: the input that a product's policies get, JSON of one's own, and documents beside it. */
export function InputPane({
  from,
  onFrom,
  products,
  product,
  onProduct,
  taken,
  input,
  onInput,
  data,
  onData,
  mistakes,
  onRun,
}: {
  from: From
  onFrom: (next: From) => void
  products: Reply<'getMesh'>['products']
  product: string | null
  onProduct: (id: string) => void
  /** What the last question was about. */
  taken: unknown
  input: string
  onInput: (text: string) => void
  data: string
  onData: (text: string) => void
  mistakes: ReadonlyMap<string, readonly PolicyMistake[]>
  onRun: () => void
}) {
  const options = useMemo(
    () => products.map(({ id, title, domain }) => ({ value: id, label: `${title} · ${readable(domain)}` })),
    [products],
  )
  const shown = useMemo(() => (taken == null ? '' : JSON.stringify(taken, null, 2)), [taken])
  return (
    <section aria-label="Input" className="flex h-full flex-col">
      <div className="flex flex-wrap items-center gap-2 border-line border-b px-3 py-1.5">
        <Tabs value={from} onValueChange={onFrom}>
          <SegmentList aria-label="What it is asked about">
            <Segment value="product">Product</Segment>
            <Segment value="json">JSON</Segment>
            <Segment value="data">Data</Segment>
          </SegmentList>
        </Tabs>
        {from === 'product' ? (
          <Combobox
            bare
            label="Product"
            placeholder="Type a name"
            className="min-w-40 flex-1"
            value={product}
            onChange={(id) => id !== null && onProduct(id)}
            options={options}
          />
        ) : (
          <p className="text-ink-3 text-xs">
            {from === 'json' ? 'Stands under input.' : 'Stands under data, beside the packages.'}
          </p>
        )}
      </div>
      <div className="min-h-0 flex-1">
        {from === 'product' ? (
          shown === '' ? (
            <p className="p-4 text-ink-3 text-sm">
              {products.length === 0
                ? 'No product that you may find. Write JSON instead.'
                : 'Its manifest and what the platform knows of it will stand here.'}
            </p>
          ) : (
            <CodeEditor
              key={shown}
              path="taken.json"
              text={shown}
              label="Input of the product"
              readOnly
              className="h-full"
            />
          )
        ) : from === 'json' ? (
          <CodeEditor
            key="input"
            path="input.json"
            text={input}
            label="Input"
            mistakes={mistakes.get('input.json') ?? none}
            onChange={onInput}
            onRun={onRun}
            className="h-full"
          />
        ) : (
          <CodeEditor
            key="data"
            path="data.json"
            text={data}
            label="Data"
            mistakes={mistakes.get('data.json') ?? none}
            onChange={onData}
            onRun={onRun}
            className="h-full"
          />
        )}
      </div>
    </section>
  )
}

const none: never[] = []
