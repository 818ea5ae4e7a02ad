import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'
import { Kbd } from './badge.tsx'
import { cn } from './cn.ts'

export const popup =
  'rounded-lg border border-line bg-raised p-1 text-sm shadow-pop outline-none origin-(--transform-origin) transition-[scale,opacity] data-ending-style:scale-97 data-ending-style:opacity-0 data-starting-style:scale-97 data-starting-style:opacity-0'

export type MenuItem = {
  label: string
  icon?: ReactNode
  kbd?: string
  danger?: boolean
  disabled?: boolean
  onSelect: () => void
}

/** `trigger` is one button; items with `danger` stand apart by colour and by their words. */
export const Menu = ({ trigger, items }: { trigger: ReactElement; items: readonly MenuItem[] }) => (
  <Base.Root>
    <Base.Trigger render={trigger} />
    {/* inside the page, where landmarks are; a menu never opens from a dialog */}
    <Base.Portal container={document.getElementById('page')}>
      <Base.Positioner sideOffset={6} align="end" className="z-50">
        <Base.Popup className={cn(popup, 'min-w-48')}>
          {items.map(({ label, icon, kbd, danger, disabled, onSelect }) => (
            <Base.Item
              key={label}
              onClick={onSelect}
              disabled={disabled}
              className={cn(
                'flex h-8 items-center gap-2 rounded-md px-2 outline-none data-disabled:opacity-50 data-highlighted:bg-sunken',
                danger && 'text-bad-ink',
              )}
            >
              {icon}
              {label}
              {kbd && (
                <span className="ml-auto pl-4">
                  <Kbd>{kbd}</Kbd>
                </span>
              )}
            </Base.Item>
          ))}
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  </Base.Root>
)
