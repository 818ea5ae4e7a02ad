import { Tabs as Base } from '@base-ui/react/tabs'
import { cn } from './cn.ts'

export const Tabs = Base.Root
/** Scrolls sideways on a phone instead of breaking. */
export const TabList = ({ className, ...rest }: Base.List.Props & { className?: string }) => (
  <Base.List
    className={cn(
      'relative flex gap-5 overflow-x-auto overflow-y-hidden border-line border-b [scrollbar-width:none]',
      className,
    )}
    {...rest}
  />
)
export const Tab = ({ count, children, ...rest }: Base.Tab.Props & { count?: number | undefined }) => (
  <Base.Tab
    className="flex h-10 shrink-0 items-center gap-1.5 border-transparent border-b-2 font-medium text-ink-3 text-sm hover:text-ink focus-visible:outline-offset-[-2px] data-active:border-accent data-active:text-ink"
    {...rest}
  >
    {children}
    {count !== undefined && (
      <span className="rounded-full bg-sunken px-1.5 text-2xs text-ink-3 tabular-nums ring-1 ring-line ring-inset">
        {count}
      </span>
    )}
  </Base.Tab>
)
export const TabPanel = Base.Panel

/** Pill-shaped switch inside a card or a toolbar. */
export const SegmentList = ({ className, ...rest }: Base.List.Props & { className?: string }) => (
  <Base.List
    className={cn('flex gap-0.5 rounded-lg bg-sunken p-0.5 ring-1 ring-line ring-inset', className)}
    {...rest}
  />
)
export const Segment = ({ className, ...rest }: Base.Tab.Props & { className?: string }) => (
  <Base.Tab
    className={cn(
      'flex h-7 flex-1 items-center justify-center gap-1.5 whitespace-nowrap rounded-md px-2.5 font-medium text-ink-3 text-xs hover:text-ink data-active:bg-surface data-active:text-ink data-active:shadow-card data-active:ring-1 data-active:ring-line',
      className,
    )}
    {...rest}
  />
)
