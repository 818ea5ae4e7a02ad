import { useSyncExternalStore } from 'react'

export type Theme = 'light' | 'dark'
const key = 'datamesh.theme'
const listeners = new Set<() => void>()

const current = (): Theme => (document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light')
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Kept on this machine; without a choice the system's is followed (public/theme.js). */
export const setTheme = (theme: Theme): void => {
  document.documentElement.dataset.theme = theme
  localStorage.setItem(key, theme)
  for (const listener of listeners) listener()
}
export const toggleTheme = (): void => setTheme(current() === 'dark' ? 'light' : 'dark')
export const useTheme = (): Theme => useSyncExternalStore(subscribe, current)
