import {
  type ComponentProps,
  createContext,
  type KeyboardEvent,
  type ReactNode,
  useContext,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { cn } from './cn.ts'

type Chosen = {
  id: string
  value: string
  choose: (value: string) => void
  /** The panel of the chosen tab is on the page: a tab may point to it. */
  hasPanel: boolean
  setHasPanel: (has: boolean) => void
}
const TabsContext = createContext<Chosen | null>(null)
const useTabs = (): Chosen => {
  const chosen = useContext(TabsContext)
  if (!chosen) throw new Error('a tab stands inside <Tabs>')
  return chosen
}

/** Of our own: every page has tabs, and those of the library are 17 KB of its first load. Rule: WAI-ARIA, tabs with manual activation. */
export const Tabs = <T extends string>({
  value,
  onValueChange,
  ...rest
}: Omit<ComponentProps<'div'>, 'onChange'> & { value: T; onValueChange: (next: T) => void }) => {
  const id = useId()
  const [hasPanel, setHasPanel] = useState(false)
  const latest = useRef(onValueChange)
  latest.current = onValueChange
  const chosen = useMemo(
    () => ({ id, value, choose: (next: string) => latest.current(next as T), hasPanel, setHasPanel }),
    [id, value, hasPanel],
  )
  return (
    <TabsContext value={chosen}>
      <div {...rest} />
    </TabsContext>
  )
}

/** Arrows, Home and End go from tab to tab; Enter or Space chooses. */
const step = (event: KeyboardEvent<HTMLElement>): void => {
  const tabs = [...event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]:not(:disabled)')].filter(
    (tab) => tab.offsetParent !== null,
  )
  const at = tabs.indexOf(document.activeElement as HTMLElement)
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key]
  if (to === undefined || at < 0) return
  event.preventDefault()
  tabs.at(to % tabs.length)?.focus()
}

const List = ({ children, ...rest }: ComponentProps<'div'>) => {
  const list = useRef<HTMLDivElement>(null)
  const { value } = useTabs()
  // on a phone the chosen one may stand outside of what is seen
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever another one is chosen
  useLayoutEffect(() => {
    const row = list.current
    const tab = row?.querySelector<HTMLElement>('[aria-selected=true]')
    if (!row || !tab || row.scrollWidth <= row.clientWidth) return
    const { left, right } = tab.getBoundingClientRect()
    const seen = row.getBoundingClientRect()
    if (left < seen.left || right > seen.right) row.scrollLeft += left - seen.left - (seen.width - (right - left)) / 2
  }, [value])
  return (
    <div role="tablist" ref={list} onKeyDown={step} {...rest}>
      {children}
    </div>
  )
}

const One = ({ value, ...rest }: ComponentProps<'button'> & { value: string }) => {
  const tabs = useTabs()
  const active = tabs.value === value
  return (
    <button
      type="button"
      role="tab"
      id={`${tabs.id}-tab-${value}`}
      aria-selected={active}
      aria-controls={active && tabs.hasPanel ? `${tabs.id}-panel-${value}` : undefined}
      data-active={active ? '' : undefined}
      tabIndex={active ? 0 : -1}
      onClick={() => !active && tabs.choose(value)}
      {...rest}
    />
  )
}

export const TabPanel = ({ value, ...rest }: ComponentProps<'div'> & { value: string }) => {
  const { id, value: chosen, setHasPanel } = useTabs()
  const active = chosen === value
  useEffect(() => {
    if (!active) return
    setHasPanel(true)
    return () => setHasPanel(false)
  }, [active, setHasPanel])
  if (!active) return null
  return (
    <div role="tabpanel" id={`${id}-panel-${value}`} aria-labelledby={`${id}-tab-${value}`} tabIndex={0} {...rest} />
  )
}

/** Scrolls sideways on a phone instead of breaking. */
export const TabList = ({ className, ...rest }: ComponentProps<'div'>) => (
  <List
    className={cn(
      'relative flex gap-5 overflow-x-auto overflow-y-hidden border-line border-b [scrollbar-width:none]',
      className,
    )}
    {...rest}
  />
)
type TabProps = Omit<ComponentProps<'button'>, 'value'> & { value: string; children: ReactNode }
export const Tab = ({ count, children, ...rest }: TabProps & { count?: number | undefined }) => (
  <One
    className="flex h-10 shrink-0 items-center gap-1.5 border-transparent border-b-2 font-medium text-ink-3 text-sm hover:text-ink focus-visible:outline-offset-[-2px] data-active:border-accent data-active:text-ink"
    {...rest}
  >
    {children}
    {count !== undefined && (
      <span className="rounded-full bg-sunken px-1.5 text-2xs text-ink-3 tabular-nums ring-1 ring-line ring-inset">
        {count}
      </span>
    )}
  </One>
)

/** Pill-shaped switch inside a card or a toolbar. */
export const SegmentList = ({ className, ...rest }: ComponentProps<'div'>) => (
  <List className={cn('flex gap-0.5 rounded-lg bg-sunken p-0.5 ring-1 ring-line ring-inset', className)} {...rest} />
)
export const Segment = ({ className, ...rest }: TabProps) => (
  <One
    className={cn(
      'flex h-7 flex-1 items-center justify-center gap-1.5 whitespace-nowrap rounded-md px-2.5 font-medium text-ink-3 text-xs hover:text-ink data-active:bg-surface data-active:text-ink data-active:shadow-card data-active:ring-1 data-active:ring-line',
      className,
    )}
    {...rest}
  />
)
