import { Select as Base } from '@base-ui/react/select'
import { Check, ChevronsUpDown } from 'lucide-react'
import { cn } from './cn.ts'
import { popup } from './menu.tsx'

export type Option = { value: string; label: string }

/** One of a few. The label stands above, or is only heard with `bare`. */
export const Select = ({
  label,
  options,
  value,
  onChange,
  bare,
  disabled,
  className,
}: {
  label: string
  options: readonly Option[]
  value: string
  onChange: (value: string) => void
  bare?: boolean
  disabled?: boolean
  className?: string
}) => (
  <div className={className}>
    {!bare && <span className="mb-1 block font-medium text-ink-2 text-xs">{label}</span>}
    <Base.Root
      items={[...options]}
      value={value}
      onValueChange={(next) => next !== null && onChange(next)}
      disabled={disabled ?? false}
    >
      <Base.Trigger
        aria-label={label}
        className="flex h-8 w-full items-center gap-2 rounded-md border border-line-2 bg-surface px-2.5 text-sm data-disabled:opacity-50"
      >
        <Base.Value className="truncate" />
        <Base.Icon className="ml-auto">
          <ChevronsUpDown className="size-3.5 text-ink-3" aria-hidden />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <Base.Popup className={cn(popup, 'max-h-72 min-w-(--anchor-width) overflow-y-auto')}>
            {options.map((option) => (
              <Base.Item
                key={option.value}
                value={option.value}
                className="flex h-8 items-center gap-3 rounded-md px-2 outline-none data-highlighted:bg-sunken"
              >
                <Base.ItemText>{option.label}</Base.ItemText>
                <Base.ItemIndicator className="ml-auto">
                  <Check className="size-3.5" aria-hidden />
                </Base.ItemIndicator>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  </div>
)
