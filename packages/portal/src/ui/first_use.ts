import { type KeyboardEvent, useState } from 'react'

/**
 * What a button opens is heavy and few press it: fetched when somebody comes near the button, made when it is pressed.
 * `near` are the listeners of the button that stands there until then.
 */
export const useFirstUse = (load: () => Promise<unknown>) => {
  const [used, setUsed] = useState(false)
  const fetchIt = () => void load()
  return {
    used,
    near: {
      onPointerEnter: fetchIt,
      onFocus: fetchIt,
      onClick: () => setUsed(true),
      onKeyDown: (event: KeyboardEvent) => {
        if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
        event.preventDefault()
        setUsed(true)
      },
    },
  }
}
