import { Link, Outlet, useNavigate } from '@tanstack/react-router'
import { Hexagon, ListChecks, LogOut, Menu as MenuIcon, Moon, Search, Settings, Sun, X } from 'lucide-react'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useCart } from '../access/cart/kept.ts'
import { useApi, useChange } from '../api/index.ts'
import { LiveEvents } from '../api/live.ts'
import { Avatar, Button, cn, Kbd, Skeleton } from '../ui/index.ts'
import { commandKey } from '../words/index.ts'
import { useHues } from './hues.ts'
import { useMe } from './me.ts'
import { navigation } from './navigation.ts'
import { forgetPerson, keepOnlyOf } from './personal.ts'
import { toggleTheme, useTheme } from './theme.ts'

const Palette = lazy(() => import('./palette.tsx'))
const Shortcuts = lazy(() => import('./shortcuts.tsx'))

/** Navigation to the left, the page to the right; a bar on top of it on a phone. */
export function Frame() {
  const me = useMe()
  const person = me.data?.id
  // before any page reads what was kept
  useMemo(() => person !== undefined && keepOnlyOf(person), [person])
  const hues = useHues()
  const [open, setOpen] = useState(false)
  const [palette, setPalette] = useState(false)
  const menu = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (!open) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Escape') return
      setOpen(false)
      menu.current?.focus()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [open])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      setPalette((was) => !was)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  // nobody is signed in: the page asks the platform first, and moves to sign-in by its answer
  if (me.data === undefined || !hues) return <Blank />
  return (
    <LiveEvents>
      <div className="flex min-h-dvh max-md:flex-col">
        <a
          href="#page"
          className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2 focus:shadow-pop"
        >
          Skip to the page
        </a>
        <header className="sticky top-0 z-30 hidden h-12 items-center gap-2 border-line border-b bg-sunken px-3 max-md:flex">
          <Button
            ref={menu}
            variant="ghost"
            size="icon"
            aria-label={open ? 'Close navigation' : 'Open navigation'}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            {open ? <X className="size-4" aria-hidden /> : <MenuIcon className="size-4" aria-hidden />}
          </Button>
          <Brand />
          <Button
            variant="ghost"
            size="icon"
            className="ml-auto"
            aria-label="Search or jump"
            onClick={() => setPalette(true)}
          >
            <Search className="size-4" aria-hidden />
          </Button>
        </header>
        <aside
          className={cn(
            'sticky top-0 z-20 flex h-dvh w-58 shrink-0 flex-col gap-4 overflow-y-auto border-line border-r bg-sunken px-3 py-3.5',
            'max-md:fixed max-md:inset-x-0 max-md:top-12 max-md:h-[calc(100dvh-3rem)] max-md:w-full',
            !open && 'max-md:hidden',
          )}
        >
          <span className="px-2 max-md:hidden">
            <Brand />
          </span>
          <button
            type="button"
            onClick={() => setPalette(true)}
            className="flex h-8 shrink-0 items-center gap-2 rounded-md border border-line-2 bg-surface px-2.5 text-ink-3 text-sm shadow-card hover:text-ink max-md:hidden"
          >
            <Search className="size-3.5" aria-hidden />
            Search or jump
            <span className="ml-auto">
              <Kbd>{commandKey('K')}</Kbd>
            </span>
          </button>
          <Navigation onGo={() => setOpen(false)} />
          <Foot name={me.data.name} />
        </aside>
        <main id="page" tabIndex={-1} className="min-w-0 flex-1 outline-none">
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </main>
        <Suspense>
          {palette && <Palette onClose={() => setPalette(false)} />}
          <Shortcuts openPalette={() => setPalette(true)} />
        </Suspense>
      </div>
    </LiveEvents>
  )
}

const navLink =
  'flex h-8 items-center gap-2.5 rounded-md px-2 text-ink-2 text-sm hover:bg-line/60 hover:text-ink aria-[current=page]:bg-surface aria-[current=page]:font-medium aria-[current=page]:text-ink aria-[current=page]:shadow-card aria-[current=page]:ring-1 aria-[current=page]:ring-line max-md:h-10'

const Brand = () => (
  <Link to="/" className="flex items-center gap-2 font-semibold text-base tracking-tight">
    <span className="grid size-6 place-items-center rounded-md bg-accent text-on-accent">
      <Hexagon className="size-4" strokeWidth={2.4} aria-hidden />
    </span>
    Datamesh
  </Link>
)

function Navigation({ onGo }: { onGo: () => void }) {
  const waiting = useApi('listAccess', { query: { box: 'inbox' } }, { staleTime: 60_000 })
  const cart = useCart()
  return (
    <nav aria-label="Main" className="flex flex-col gap-4">
      {navigation.map(({ group, items }) => (
        <div key={group}>
          {group && <p className="mb-1 px-2 font-medium text-2xs text-ink-3">{group}</p>}
          {items.map(({ to, label, icon: Icon }) => (
            <Link
              key={to}
              to={to}
              onClick={onGo}
              activeOptions={{ exact: to === '/', includeSearch: false }}
              className={navLink}
            >
              <Icon className="size-4 text-ink-3" aria-hidden />
              {label}
              {to === '/access' && (waiting.data?.access.length ?? 0) > 0 && (
                <span className="ml-auto rounded-full bg-accent px-1.5 font-medium text-2xs text-on-accent tabular-nums">
                  {waiting.data?.access.length}
                  <span className="sr-only"> waiting for you</span>
                </span>
              )}
            </Link>
          ))}
          {group === 'Work' && cart.items.length > 0 && (
            <Link to="/cart" onClick={onGo} className={navLink}>
              <ListChecks className="size-4 text-ink-3" aria-hidden />
              Your request
              <span className="ml-auto rounded-full bg-sunken px-1.5 text-2xs text-ink-2 tabular-nums ring-1 ring-line-2 ring-inset">
                {cart.items.length}
                <span className="sr-only"> to ask for</span>
              </span>
            </Link>
          )}
        </div>
      ))}
    </nav>
  )
}

function Foot({ name }: { name: string }) {
  const theme = useTheme()
  const navigate = useNavigate()
  const signOut = useChange('closeSession', {
    done: ({ next }) => {
      forgetPerson()
      void (next === null ? navigate({ to: '/sign-in' }) : location.assign(next))
    },
  })
  return (
    <div className="mt-auto">
      <Link to="/settings" className={navLink}>
        <Settings className="size-4 text-ink-3" aria-hidden />
        Settings
      </Link>
      <div className="mt-2 flex items-center gap-1 border-line border-t pt-2 pl-1">
        <Avatar name={name} />
        <span className="ml-1 min-w-0 flex-1 truncate text-sm" title={name}>
          {name}
        </span>
        <Button
          variant="ghost"
          size="icon"
          aria-label={theme === 'dark' ? 'Light theme' : 'Dark theme'}
          title="Theme"
          onClick={toggleTheme}
        >
          {theme === 'dark' ? <Sun className="size-4" aria-hidden /> : <Moon className="size-4" aria-hidden />}
        </Button>
        <Button variant="ghost" size="icon" aria-label="Sign out" title="Sign out" onClick={() => signOut.mutate({})}>
          <LogOut className="size-4" aria-hidden />
        </Button>
      </div>
    </div>
  )
}

const PageSkeleton = () => (
  <div role="status" className="mx-auto w-full max-w-[85rem] px-7 py-6">
    <span className="sr-only">Loading</span>
    <Skeleton className="h-8 w-64" />
    <Skeleton className="mt-6 h-40 w-full rounded-xl" />
  </div>
)

/** The frame's own shape before it is known who is there: nothing jumps afterwards. */
const Blank = () => (
  <div className="flex min-h-dvh" role="status" aria-busy="true">
    <span className="sr-only">Loading</span>
    <div className="w-58 shrink-0 border-line border-r bg-sunken max-md:hidden" />
  </div>
)
