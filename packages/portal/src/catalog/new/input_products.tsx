import { X } from 'lucide-react'
import { useApi } from '../../api/index.ts'
import { Combobox } from '../../ui/combobox.tsx'
import { Button, DomainTile, readable } from '../../ui/index.ts'

/** Products that the new one reads; the first is selected from. */
export function InputProducts({ chosen, onChange }: { chosen: readonly string[]; onChange: (ids: string[]) => void }) {
  const mesh = useApi('getMesh', {}, { staleTime: 60_000 })
  const products = mesh.data?.products ?? []
  return (
    <div className="flex flex-col gap-3">
      <Combobox
        label="Add a product"
        placeholder="Type a name"
        value={null}
        onChange={(id) => id && !chosen.includes(id) && chosen.length < 8 && onChange([...chosen, id])}
        options={products
          .filter(({ id, health }) => health !== 'empty' && !chosen.includes(id))
          .map(({ id, title, domain }) => ({ value: id, label: `${title} · ${readable(domain)}` }))}
      />
      <ol className="flex flex-col gap-2">
        {chosen.map((id, i) => {
          const product = products.find((each) => each.id === id)
          return (
            <li key={id} className="flex items-center gap-2.5 rounded-lg border border-line px-3 py-2">
              <DomainTile domain={id.split('/')[0] ?? ''} className="size-7" />
              <span className="min-w-0 flex-1">
                <span className="block truncate font-medium text-sm">{product?.title ?? id}</span>
                <span className="block text-ink-3 text-xs">{i === 0 ? 'selected from' : 'ready to be joined'}</span>
              </span>
              <Button
                size="icon-sm"
                variant="ghost"
                aria-label={`Remove ${product?.title ?? id}`}
                onClick={() => onChange(chosen.filter((each) => each !== id))}
              >
                <X className="size-3.5" aria-hidden />
              </Button>
            </li>
          )
        })}
      </ol>
      <p className="text-ink-3 text-xs">
        The models that are written select what these products publish. You go on in their SQL.
      </p>
    </div>
  )
}
