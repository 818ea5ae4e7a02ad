import { useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useKeys } from './keys.ts'
import { navigation } from './navigation.ts'
import { toggleTheme } from './theme.ts'

const ShortcutList = lazy(() => import('./shortcut_list.tsx'))

/** Keys that hold on every page; the list of all of them is loaded when it is asked for. */
export default function Shortcuts({ openPalette }: { openPalette: () => void }) {
  const [open, setOpen] = useState(false)
  const navigate = useNavigate()
  useKeys({
    '?': () => setOpen(true),
    D: toggleTheme,
    '/': () => {
      const field = document.querySelector<HTMLElement>('main input[type=search]')
      if (field) field.focus()
      else openPalette()
    },
    ...Object.fromEntries(
      navigation.flatMap(({ items }) => items.map(({ to, keys }) => [`g ${keys}`, () => void navigate({ to })])),
    ),
  })
  return <Suspense>{open && <ShortcutList onClose={() => setOpen(false)} />}</Suspense>
}
