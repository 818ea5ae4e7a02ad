import { Popover } from '@base-ui/react/popover'
import { ChevronsUpDown } from 'lucide-react'
import { Checkbox } from '../../ui/index.ts'

/** Columns that go up; at least one, at most six. */
export const Figures = ({
  columns,
  chosen,
  onChange,
}: {
  columns: readonly { name: string; index: number }[]
  chosen: readonly number[]
  onChange: (chosen: readonly number[]) => void
}) => {
  const names = columns.filter(({ index }) => chosen.includes(index)).map(({ name }) => name)
  return (
    <div className="w-40 min-w-0">
      <span className="mb-1 block font-medium text-ink-2 text-xs">Up</span>
      <Popover.Root>
        <Popover.Trigger
          aria-label={`Up: ${names.join(', ')}`}
          className="flex h-8 w-full items-center gap-2 rounded-md border border-line-2 bg-surface px-2.5 text-left text-sm"
        >
          <span className="min-w-0 flex-1 truncate">{names.join(', ')}</span>
          <ChevronsUpDown className="size-3.5 shrink-0 text-ink-3" aria-hidden />
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Positioner sideOffset={4} align="start" className="z-50">
            <Popover.Popup className="flex max-h-72 min-w-48 flex-col gap-2 overflow-y-auto rounded-lg border border-line bg-raised p-3 shadow-pop outline-none">
              <Popover.Title className="sr-only">Figures of the chart</Popover.Title>
              {columns.map(({ name, index }) => {
                const on = chosen.includes(index)
                return (
                  <Checkbox
                    key={index}
                    label={name}
                    checked={on}
                    disabled={(on && chosen.length === 1) || (!on && chosen.length >= 6)}
                    onChange={() => onChange(on ? chosen.filter((each) => each !== index) : [...chosen, index])}
                  />
                )
              })}
            </Popover.Popup>
          </Popover.Positioner>
        </Popover.Portal>
      </Popover.Root>
    </div>
  )
}
