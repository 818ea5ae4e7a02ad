import { Menu as Base } from '@base-ui/react/menu'
import { Kbd } from './badge.tsx'
import { cn } from './cn.ts'
import type { MenuProps } from './menu_props.ts'
import { popup } from './popup.ts'

/** The menu itself, open from the beginning: it is made when its button is first used. */
export default function MenuPopup({ trigger, items }: MenuProps) {
  return (
    <Base.Root defaultOpen>
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
}
