import { Combobox as Base } from '@base-ui/react/combobox'
import { Check, ChevronsUpDown } from 'lucide-react'
import { cn } from './cn.ts'
import { popup } from './popup.ts'
import type { Option } from './select_props.ts'

/** One of many, found by typing. */
export const Combobox = ({
  label,
  options,
  value,
  onChange,
  placeholder,
  bare,
  className,
}: {
  label: string
  options: readonly Option[]
  value: string | null
  onChange: (value: string | null) => void
  placeholder?: string
  bare?: boolean
  className?: string
}) => (
  <div className={className}>
    <Base.Root
      items={options as Option[]}
      limit={100}
      value={options.find((option) => option.value === value) ?? null}
      onValueChange={(next) => onChange(next?.value ?? null)}
    >
      {!bare && (
        // biome-ignore lint/a11y/noLabelWithoutControl: the input has the same name as its label
        <label className="mb-1 block font-medium text-ink-2 text-xs">{label}</label>
      )}
      <div className="relative">
        <Base.Input
          aria-label={label}
          placeholder={placeholder}
          className="h-8 w-full rounded-md border border-line-2 bg-surface pr-8 pl-2.5 text-sm placeholder:text-ink-3"
        />
        <Base.Trigger
          aria-label={`Show ${label}`}
          className="absolute inset-y-0 right-0 grid w-8 place-items-center text-ink-3"
        >
          <ChevronsUpDown className="size-3.5" aria-hidden />
        </Base.Trigger>
      </div>
      <Base.Portal>
        <Base.Positioner sideOffset={4} className="z-50">
          <Base.Popup className={cn(popup, 'max-h-80 min-w-(--anchor-width) overflow-y-auto')}>
            <Base.Empty className="px-2 py-2 text-ink-3 empty:hidden">Nothing matches.</Base.Empty>
            <Base.List>
              {(option: Option) => (
                <Base.Item
                  key={option.value}
                  value={option}
                  className="flex min-h-8 items-center gap-3 rounded-md px-2 outline-none data-highlighted:bg-sunken"
                >
                  {option.label}
                  <Base.ItemIndicator className="ml-auto">
                    <Check className="size-3.5" aria-hidden />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  </div>
)
