import type { ApiError } from '@datamesh/sdk'
import { lazy, Suspense } from 'react'
import { hintFor, titleFor } from './hints.ts'
import { addNote, useWaiting } from './notes.ts'
import { sentence } from './states.tsx'

const toasts = {
  /** Says that something was done. */
  tell: (title: string, description?: string): void =>
    addNote({ title, tone: 'ok', ...(description ? { description } : {}) }),
  /** Says what the platform said no with; the request id stays in sight. */
  fail: (error: ApiError): void => {
    const hint = hintFor(error)
    const request = error.requestId ? ` Request ${error.requestId}.` : ''
    addNote({
      title: sentence(titleFor(error)),
      description: `${hint && sentence(hint)}${request}`.trim(),
      tone: 'bad',
    })
  },
}
export const useToasts = () => toasts

const Region = lazy(() => import('./toast_region.tsx'))
let shown = false
export const Toasts = () => {
  const waiting = useWaiting()
  shown ||= waiting > 0
  return shown ? (
    <Suspense>
      <Region />
    </Suspense>
  ) : null
}
