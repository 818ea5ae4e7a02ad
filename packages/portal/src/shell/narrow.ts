import { useSyncExternalStore } from 'react'

const narrow = '(max-width: 767px)'

/** A phone, or a window as narrow as one; follows its turning. */
export const useNarrow = (): boolean =>
  useSyncExternalStore(
    (changed) => {
      const media = matchMedia(narrow)
      media.addEventListener('change', changed)
      return () => media.removeEventListener('change', changed)
    },
    () => matchMedia(narrow).matches,
  )
