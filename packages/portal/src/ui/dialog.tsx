import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { type ReactNode, useRef } from 'react'
import { cn } from './cn.ts'

export const Dialog = Base.Root
export const DialogClose = Base.Close

const Backdrop = () => (
  <Base.Backdrop className="fixed inset-0 z-40 bg-black/35 backdrop-blur-[2px] transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
)
const closeClass =
  'absolute top-3.5 right-3.5 grid size-7 place-items-center rounded-md text-ink-3 hover:bg-sunken hover:text-ink'

export const DialogContent = ({
  title,
  description,
  children,
  className,
}: {
  title: string
  description?: ReactNode
  children: ReactNode
  className?: string
}) => (
  <Base.Portal>
    <Backdrop />
    <Base.Popup
      className={cn(
        'fixed top-[12vh] left-1/2 z-50 max-h-[80vh] w-[calc(100vw-2rem)] max-w-lg -translate-x-1/2 overflow-y-auto rounded-xl border border-line bg-raised p-5 shadow-pop transition-all',
        'data-ending-style:scale-97 data-ending-style:opacity-0 data-starting-style:scale-97 data-starting-style:opacity-0',
        className,
      )}
    >
      <Base.Title className="pr-8 font-semibold text-lg tracking-tight">{title}</Base.Title>
      {description != null && <Base.Description className="mt-1 text-ink-3 text-sm">{description}</Base.Description>}
      {children}
      <Base.Close aria-label="Close" className={closeClass}>
        <X className="size-4" aria-hidden />
      </Base.Close>
    </Base.Popup>
  </Base.Portal>
)

/** A panel from the right edge, for details beside a list. */
export const DrawerContent = ({
  title,
  description,
  children,
}: {
  title: string
  description?: ReactNode
  children: ReactNode
}) => {
  // the panel itself, not its last link: a reader begins at the top
  const panel = useRef<HTMLDivElement>(null)
  return (
    <Base.Portal>
      <Backdrop />
      <Base.Popup
        ref={panel}
        initialFocus={panel}
        className="fixed outline-none inset-y-0 right-0 z-50 w-full max-w-md overflow-y-auto border-line border-l bg-raised p-5 shadow-pop transition-transform data-ending-style:translate-x-full data-starting-style:translate-x-full"
      >
        <Base.Title className="pr-8 font-semibold text-lg tracking-tight">{title}</Base.Title>
        {description != null && <Base.Description className="mt-1 text-ink-3 text-sm">{description}</Base.Description>}
        <div className="mt-4">{children}</div>
        <Base.Close aria-label="Close" className={closeClass}>
          <X className="size-4" aria-hidden />
        </Base.Close>
      </Base.Popup>
    </Base.Portal>
  )
}
