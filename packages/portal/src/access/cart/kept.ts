import { useMemo, useSyncExternalStore } from 'react'
import { useMe } from '../../shell/me.ts'
import { readCart, type Wanted, withProduct } from './cart.ts'

const keyOf = (person: string): string => `datamesh.cart.${person}`
const listeners = new Set<() => void>()
const subscribe = (listener: () => void) => {
  const other = ({ key }: StorageEvent) => {
    if (key === null || key.startsWith('datamesh.cart.')) listener()
  }
  listeners.add(listener)
  addEventListener('storage', other)
  return () => {
    listeners.delete(listener)
    removeEventListener('storage', other)
  }
}

/** What one means to ask for, kept in this browser for this person until it is sent. */
export const useCart = () => {
  const person = useMe().data?.id ?? ''
  const text = useSyncExternalStore(subscribe, () => localStorage.getItem(keyOf(person)))
  return useMemo(() => {
    const items = readCart(text)
    const keep = (next: readonly Wanted[]) => {
      if (next.length === 0) localStorage.removeItem(keyOf(person))
      else localStorage.setItem(keyOf(person), JSON.stringify(next))
      for (const listener of listeners) listener()
    }
    return {
      items,
      has: (product: string) => items.some((each) => each.product === product),
      put: (wanted: Wanted) => keep(withProduct(readCart(localStorage.getItem(keyOf(person))), wanted)),
      drop: (...products: string[]) =>
        keep(readCart(localStorage.getItem(keyOf(person))).filter((each) => !products.includes(each.product))),
    }
  }, [text, person])
}
