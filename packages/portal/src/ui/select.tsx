import { ChevronsUpDown } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { useFirstUse } from './first_use.ts'
import { type SelectProps, selectClass } from './select_props.ts'

const load = () => import('./select_list.tsx')
const SelectList = lazy(load)

/** One of a few. The label stands above, or is only heard with `bare`. */
export const Select = ({ bare, className, ...props }: SelectProps & { bare?: boolean; className?: string }) => {
  const { used, near } = useFirstUse(load)
  const button = (
    <button
      type="button"
      role="combobox"
      aria-haspopup="listbox"
      aria-expanded={false}
      aria-label={props.label}
      disabled={props.disabled ?? false}
      className={selectClass}
      {...near}
    >
      <span className="truncate">{props.options.find(({ value }) => value === props.value)?.label}</span>
      <ChevronsUpDown className="ml-auto size-3.5 shrink-0 text-ink-3" aria-hidden />
    </button>
  )
  return (
    <div className={className}>
      {!bare && <span className="mb-1 block font-medium text-ink-2 text-xs">{props.label}</span>}
      {used ? (
        <Suspense fallback={button}>
          <SelectList {...props} />
        </Suspense>
      ) : (
        button
      )}
    </div>
  )
}
