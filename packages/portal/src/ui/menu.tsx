import { cloneElement, lazy, Suspense } from 'react'
import { useFirstUse } from './first_use.ts'
import type { MenuProps } from './menu_props.ts'

const load = () => import('./menu_popup.tsx')
const MenuPopup = lazy(load)

/** `trigger` is one button; items with `danger` stand apart by colour and by their words. */
export const Menu = ({ trigger, items }: MenuProps) => {
  const { used, near } = useFirstUse(load)
  const button = cloneElement(trigger, { 'aria-haspopup': 'menu', 'aria-expanded': false, ...near })
  return used ? (
    <Suspense fallback={button}>
      <MenuPopup trigger={trigger} items={items} />
    </Suspense>
  ) : (
    button
  )
}
