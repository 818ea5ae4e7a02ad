import { Popover } from '@base-ui/react/popover'
import type { RefObject } from 'react'
import { MaskMark } from '../../masks/index.ts'
import { CopyButton } from '../../ui/index.ts'
import { count } from '../../words/index.ts'
import { typeWord } from '../tree/catalog.ts'
import { wholeText } from './cells.ts'
import type { GridMask } from './grid.tsx'
import { TurnBack } from './turn_back.tsx'

/** All of one cell, beside it; Esc leads back into the grid. */
export default function CellPopover({
  anchor,
  back,
  name,
  type,
  masked,
  row,
  value,
  onClose,
}: {
  anchor: HTMLElement
  back: RefObject<HTMLElement | null>
  name: string
  type: string
  masked: GridMask | undefined
  row: number
  value: unknown
  onClose: () => void
}) {
  const text = wholeText(value)
  return (
    <Popover.Root open onOpenChange={(open) => !open && onClose()}>
      <Popover.Portal>
        <Popover.Positioner anchor={anchor} sideOffset={2} align="start" className="z-50">
          <Popover.Popup
            finalFocus={back}
            className="w-max min-w-60 max-w-[min(34rem,calc(100vw-2rem))] rounded-lg border border-line bg-raised p-3 shadow-pop outline-none"
          >
            <div className="mb-2 flex items-center gap-2">
              <Popover.Title className="truncate font-medium text-sm">{name}</Popover.Title>
              <span className="min-w-0 flex-1 truncate font-mono text-2xs text-ink-3">
                {typeWord(type)}, row {count(row + 1)}
              </span>
              {masked && <MaskMark how={masked.how} />}
              <CopyButton text={text} quiet label="Copy the value" />
            </div>
            <pre
              tabIndex={0}
              className="max-h-72 overflow-auto whitespace-pre-wrap break-words rounded-md bg-sunken p-2 font-mono text-xs"
            >
              {text}
            </pre>
            {masked?.how === 'tokenise' && typeof value === 'string' && (
              <TurnBack product={masked.product} token={value} />
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}
