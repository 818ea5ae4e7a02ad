import { useSyncExternalStore } from 'react'

export type Note = { title: string; description?: string; tone: 'ok' | 'bad' }

/** Notes that wait to be shown; a list of its own, so that what shows them is loaded with the first one. */
let waiting: readonly Note[] = []
const listeners = new Set<() => void>()
const change = (next: readonly Note[]): void => {
  waiting = next
  for (const listener of listeners) listener()
}
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** What is waiting, taken off the list. */
export const takeNotes = (): readonly Note[] => {
  const taken = waiting
  if (taken.length > 0) change([])
  return taken
}
export const useWaiting = (): number => useSyncExternalStore(subscribe, () => waiting.length)

export const addNote = (note: Note): void => change([...waiting, note])
