import { useMatches } from '@tanstack/react-router'
import { Dialog, DialogContent, Kbd } from '../ui/index.ts'
import { commandKey } from '../words/index.ts'
import { navigation } from './navigation.ts'

type Line = readonly [keys: string, does: string]
const everywhere: readonly Line[] = [
  [commandKey('K'), 'Search or jump'],
  ['/', 'Search on this page, else everywhere'],
  ['⇧D', 'Light or dark'],
  ['?', 'This list'],
  ['Esc', 'Close, clear the selection'],
]
const onProduct: readonly Line[] = [
  ['1 – 9', 'Tabs'],
  ['r', 'Request access'],
  ['q', 'Query'],
  ['c', 'Copy a snippet'],
  ['w', 'Follow'],
  ['v', 'Compare versions'],
]
const inLists: readonly Line[] = [
  ['j  k', 'Next, previous'],
  ['Enter', 'Open'],
]

/** All keys of the portal. */
export default function ShortcutList({ onClose }: { onClose: () => void }) {
  const product = useMatches().some((match) => match.routeId === '/frame/products/$domain/$product')
  const pages: readonly Line[] = navigation.flatMap(({ items }) =>
    items.map(({ label, keys }) => [`g ${keys}`, label] as const),
  )
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title="Keyboard shortcuts"
        description="Single letters can be switched off in the settings."
        className="max-w-2xl"
      >
        <div className="mt-4 grid gap-x-8 gap-y-5 sm:grid-cols-2">
          <List title="Everywhere" lines={everywhere} />
          <List title="Go to" lines={pages} />
          <List title={product ? 'This product' : 'On a product'} lines={onProduct} />
          <List title="In lists" lines={inLists} />
        </div>
      </DialogContent>
    </Dialog>
  )
}

const List = ({ title, lines }: { title: string; lines: readonly Line[] }) => (
  <section>
    <h3 className="mb-1.5 font-semibold text-xs">{title}</h3>
    <dl className="flex flex-col gap-1.5 text-sm">
      {lines.map(([keys, does]) => (
        <div key={keys} className="flex items-center gap-3">
          <dt className="order-2 ml-auto whitespace-nowrap">
            <Kbd>{keys}</Kbd>
          </dt>
          <dd className="text-ink-2">{does}</dd>
        </div>
      ))}
    </dl>
  </section>
)
