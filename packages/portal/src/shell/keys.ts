import { useEffect, useRef } from 'react'

const setting = 'datamesh.keys'
/** Single letters can be switched off. Rule: WCAG 2.1.4 */
export const keysAreOn = (): boolean => localStorage.getItem(setting) !== 'off'
export const setKeys = (on: boolean): void => localStorage.setItem(setting, on ? 'on' : 'off')

/** Somebody writes, chooses in a list, or looks at a dialog: letters belong to that. */
const isElsewhere = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.closest('input, textarea, select, [role=dialog], [role=menu], [role=listbox], [role=grid], .cm-editor') !==
      null)

/**
 * Single keys of a page, also two after each other (`g m`). `'?'` and other signs by what they write; `⇧D` is `D`.
 * Fields, dialogs and keys with Ctrl, Alt or ⌘ are left alone.
 */
export const useKeys = (keys: Readonly<Record<string, (event: KeyboardEvent) => void>>): void => {
  const latest = useRef(keys)
  latest.current = keys
  useEffect(() => {
    let first = ''
    let forget: ReturnType<typeof setTimeout> | undefined
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (isElsewhere(event.target) || !keysAreOn()) return
      // notes are dialogs by their role, but nobody looks at them alone
      if (document.querySelector('[role=dialog]:not([data-notes] *)')) return
      const pressed = first === '' ? event.key : `${first} ${event.key}`
      clearTimeout(forget)
      first = ''
      const run = latest.current[pressed]
      if (run) {
        event.preventDefault()
        return run(event)
      }
      if (Object.keys(latest.current).some((key) => key.startsWith(`${pressed} `))) {
        first = pressed
        forget = setTimeout(() => {
          first = ''
        }, 1_200)
      }
    }
    addEventListener('keydown', onKey)
    return () => {
      removeEventListener('keydown', onKey)
      clearTimeout(forget)
    }
  }, [])
}
