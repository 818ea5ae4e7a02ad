import { Select as Base } from '@base-ui/react/select'
import { Check, ChevronsUpDown } from 'lucide-react'
import { cn } from './cn.ts'
import { popup } from './popup.ts'
import { type SelectProps, selectClass } from './select_props.ts'

/** The list and its button, open from the beginning: they are made when the button is first used. */
export default function SelectList({ label, options, value, onChange, disabled }: SelectProps) {
  return (
    <Base.Root
      defaultOpen
      items={[...options]}
      value={value}
      onValueChange={(next) => next !== null && onChange(next)}
      disabled={disabled ?? false}
    >
      <Base.Trigger aria-label={label} className={selectClass}>
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
  )
}
