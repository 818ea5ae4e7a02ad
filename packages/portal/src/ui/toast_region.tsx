import { Toast as Base } from '@base-ui/react/toast'
import { X } from 'lucide-react'
import { useEffect } from 'react'
import { cn } from './cn.ts'
import { takeNotes, useWaiting } from './notes.ts'

export default function ToastRegion() {
  return (
    <Base.Provider limit={4}>
      <Base.Portal>
        <Base.Viewport
          data-notes
          className="fixed right-4 bottom-4 z-[60] flex w-[calc(100vw-2rem)] max-w-sm flex-col gap-2"
        >
          <List />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  )
}

const List = () => {
  const { toasts, add } = Base.useToastManager()
  const waiting = useWaiting()
  useEffect(() => {
    if (waiting === 0) return
    for (const { title, description, tone } of takeNotes())
      add({
        title,
        type: tone,
        priority: tone === 'bad' ? 'high' : 'low',
        timeout: tone === 'bad' ? 12_000 : 6_000,
        ...(description ? { description } : {}),
      })
  }, [waiting, add])
  return toasts.map((toast) => (
    <Base.Root
      key={toast.id}
      toast={toast}
      className={cn(
        'relative rounded-lg border border-line border-l-4 bg-raised p-3 pr-9 shadow-pop transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0',
        toast.type === 'bad' ? 'border-l-bad' : 'border-l-ok',
      )}
    >
      <Base.Title className="font-medium text-sm" />
      <Base.Description className="mt-0.5 text-ink-3 text-xs empty:hidden" />
      <Base.Close
        aria-label="Dismiss"
        className="absolute top-2.5 right-2.5 grid size-6 place-items-center rounded text-ink-3 hover:bg-sunken hover:text-ink"
      >
        <X className="size-3.5" aria-hidden />
      </Base.Close>
    </Base.Root>
  ))
}
