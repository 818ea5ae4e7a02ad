import { getRouteApi } from '@tanstack/react-router'

const route = getRouteApi('/frame/products/$domain/$product')

/** Which table of a product with several; the choice stands in the address. */
export function TableSwitch({ tables, value }: { tables: readonly string[]; value: string }) {
  const navigate = route.useNavigate()
  if (tables.length < 2) return null
  return (
    <div
      className="flex max-w-full gap-0.5 overflow-x-auto rounded-lg bg-sunken p-0.5 ring-1 ring-line ring-inset"
      role="group"
      aria-label="Table"
    >
      {tables.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === value}
          onClick={() =>
            void navigate({ search: ({ column: _, ...was }) => ({ ...was, table: name }), resetScroll: false })
          }
          className="h-7 shrink-0 rounded-md px-2.5 font-medium text-ink-3 text-xs hover:text-ink aria-pressed:bg-surface aria-pressed:text-ink aria-pressed:shadow-card aria-pressed:ring-1 aria-pressed:ring-line"
        >
          {name}
        </button>
      ))}
    </div>
  )
}
