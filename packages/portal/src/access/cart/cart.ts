/** A product that one means to ask for. No ports: all of them. */
export type Wanted = { product: string; title: string; ports: readonly string[] }

const most = 50
const none: readonly Wanted[] = []

/** Whatever somebody or an older version has left there becomes a cart that exists. */
export const readCart = (text: string | null): readonly Wanted[] => {
  if (text === null) return none
  try {
    const found: unknown = JSON.parse(text)
    if (!Array.isArray(found)) return none
    const cart = found.flatMap((each: unknown): Wanted[] => {
      if (typeof each !== 'object' || each === null) return []
      const { product, title, ports } = each as Record<string, unknown>
      if (typeof product !== 'string' || !/^[^/]+\/[^/]+$/.test(product)) return []
      const names = Array.isArray(ports) ? ports.filter((port): port is string => typeof port === 'string') : []
      return [{ product, title: typeof title === 'string' ? title : product, ports: names }]
    })
    return cart.slice(0, most)
  } catch {
    return none
  }
}

/** With the product, once; its new ports stand in place of the old ones. */
export const withProduct = (cart: readonly Wanted[], wanted: Wanted): readonly Wanted[] =>
  cart.some(({ product }) => product === wanted.product)
    ? cart.map((each) => (each.product === wanted.product ? wanted : each))
    : [...cart, wanted].slice(0, most)
