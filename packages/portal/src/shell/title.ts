import { readable } from '../words/names.ts'
import { navigation } from './navigation.ts'

const labels: ReadonlyMap<string, string> = new Map([
  ...navigation.flatMap(({ items }) => items.map(({ to, label }) => [to, label] as const)),
  ['/new', 'New product'],
  ['/settings', 'Settings'],
  ['/playground', 'Policy playground'],
  ['/sign-in', 'Sign in'],
])

/** What the window is called, so that tabs and history can be told apart. */
export const titleOf = (pathname: string): string => {
  const [first = '', second, third] = pathname.split('/').filter(Boolean)
  const page =
    (third !== undefined && (first === 'products' || first === 'policies')) ||
    (second !== undefined && first === 'domains')
      ? readable(decodeURIComponent(third ?? second ?? ''))
      : second !== undefined && first === 'runs'
        ? `Run ${second}`
        : labels.get(`/${first}`)
  return page ? `${page} · Datamesh` : 'Datamesh'
}
