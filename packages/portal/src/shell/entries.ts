import type { useRouter } from '@tanstack/react-router'
import type { Reply } from '../api/index.ts'
import { readable } from '../ui/index.ts'
import { partsOf } from '../words/index.ts'
import { navigation } from './navigation.ts'
import { toggleTheme } from './theme.ts'

type Router = ReturnType<typeof useRouter>
export type Entry = {
  id: string
  kind: 'product' | 'column' | 'person' | 'action' | 'page'
  label: string
  hint?: string
  keys?: string
  run: (router: Router) => void
}
export type EntryGroup = { value: string; items: Entry[] }

/**
 * What the palette offers for a text on a page; groups without a match are left out. `current`: what was found is for this very text;
 * else it is narrowed here, so that Enter never opens what an earlier text asked for.
 */
export const entriesFor = (
  text: string,
  found: Reply<'suggest'> | undefined,
  pathname: string,
  current = true,
): EntryGroup[] => {
  const matches = (entry: Entry) =>
    text.trim() === '' || words(text).every((word) => entry.label.toLowerCase().includes(word))
  const still = (entry: Entry) => current || matches(entry)
  const groups: EntryGroup[] = [
    { value: 'This product', items: actionsOn(pathname).filter(matches) },
    { value: 'Data products', items: (found?.products ?? []).map(productEntry).filter(still) },
    { value: 'Columns', items: text.trim() === '' ? [] : (found?.columns ?? []).map(columnEntry).filter(still) },
    { value: 'People', items: text.trim() === '' ? [] : (found?.people ?? []).map(personEntry).filter(still) },
    { value: 'Actions', items: actions.filter(matches) },
    { value: 'Go to', items: pages.filter(matches) },
  ]
  return groups.filter(({ items }) => items.length > 0)
}

const words = (text: string): string[] => text.toLowerCase().split(/\s+/).filter(Boolean)
const productRoute = '/products/$domain/$product'

const productEntry = ({ id, title, domain, tier }: Reply<'suggest'>['products'][number]): Entry => ({
  id: `product ${id}`,
  kind: 'product',
  label: title,
  hint: [readable(domain), tier && readable(tier)].filter(Boolean).join(' · '),
  run: (router) => void router.navigate({ to: productRoute, params: partsOf(id) }),
})
const columnEntry = ({ product, table, column, type }: Reply<'suggest'>['columns'][number]): Entry => ({
  id: `column ${product} ${table} ${column}`,
  kind: 'column',
  label: column,
  hint: `${product} · ${type.toLowerCase()}`,
  run: (router) =>
    void router.navigate({ to: productRoute, params: partsOf(product), search: { tab: 'schema', table, column } }),
})
const personEntry = ({ id, name, role, domain }: Reply<'suggest'>['people'][number]): Entry => ({
  id: `person ${id} ${role} ${domain}`,
  kind: 'person',
  label: name,
  hint: role,
  run: (router) =>
    void (domain === null
      ? router.navigate({ to: '/products', search: { owner: name } })
      : router.navigate({ to: '/domains/$domain', params: { domain } })),
})

/** What one can do with the product that is open. */
const actionsOn = (pathname: string): Entry[] => {
  const [, area, domain, product] = pathname.split('/')
  if (area !== 'products' || !domain || !product) return []
  const params = { domain: decodeURIComponent(domain), product: decodeURIComponent(product) }
  const id = `${params.domain}/${params.product}`
  const open = (tab: 'contract' | 'ports' | 'quality' | 'versions' | 'policies') => (router: Router) =>
    void router.navigate({ to: productRoute, params, search: { tab } })
  return [
    {
      id: 'request',
      kind: 'action',
      label: 'Request access…',
      keys: 'R',
      run: (router) => void router.navigate({ to: productRoute, params, search: { dialog: 'access' } }),
    },
    {
      id: 'query',
      kind: 'action',
      label: 'Query in the workbench',
      keys: 'Q',
      run: (router) => void router.navigate({ to: '/sql', search: { product: id } }),
    },
    {
      id: 'lineage',
      kind: 'action',
      label: 'Show lineage and impact',
      run: (router) => void router.navigate({ to: '/lineage', search: { focus: id } }),
    },
    { id: 'contract', kind: 'action', label: 'Read the contract', run: open('contract') },
    { id: 'ports', kind: 'action', label: 'Copy a snippet', run: open('ports') },
    { id: 'policies', kind: 'action', label: 'Show what policies say', run: open('policies') },
    { id: 'versions', kind: 'action', label: 'Compare versions', keys: 'V', run: open('versions') },
  ]
}

const actions: Entry[] = [
  { id: 'new', kind: 'action', label: 'New data product', run: (router) => void router.navigate({ to: '/new' }) },
  {
    id: 'token',
    kind: 'action',
    label: 'New API key',
    run: (router) => void router.navigate({ to: '/settings', search: { tab: 'tokens' } }),
  },
  { id: 'theme', kind: 'action', label: 'Switch light and dark', keys: '⇧D', run: toggleTheme },
]
const pages: Entry[] = [
  ...navigation.flatMap(({ items }) =>
    items.map(
      ({ to, label, keys }): Entry => ({
        id: `page ${to}`,
        kind: 'page',
        label,
        keys: `G ${keys.toUpperCase()}`,
        run: (router) => void router.navigate({ to }),
      }),
    ),
  ),
  { id: 'page cart', kind: 'page', label: 'Your request', run: (router) => void router.navigate({ to: '/cart' }) },
  {
    id: 'page explain',
    kind: 'page',
    label: 'Why can or cannot somebody read it',
    run: (router) => void router.navigate({ to: '/access', search: { box: 'explain' } }),
  },
  {
    id: 'page playground',
    kind: 'page',
    label: 'Policy playground',
    run: (router) => void router.navigate({ to: '/playground' }),
  },
  { id: 'page settings', kind: 'page', label: 'Settings', run: (router) => void router.navigate({ to: '/settings' }) },
]
