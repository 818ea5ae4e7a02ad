import { expect, test } from 'vitest'
import { readCart, withProduct } from './cart.ts'

const strikes = { product: 'safety/bird-strikes', title: 'Bird strikes', ports: [] }

test('a cart is what was kept, and nothing where something else was', () => {
  expect(readCart(JSON.stringify([strikes]))).toEqual([strikes])
  for (const text of [null, '', '{', '7', '{"a":1}', '[null,7,{"product":"no"}]']) expect(readCart(text)).toEqual([])
  expect(readCart('[{"product":"a/b","ports":[1,"api"]}]')).toEqual([{ product: 'a/b', title: 'a/b', ports: ['api'] }])
})

test('a product stands in the cart once, with the ports chosen last', () => {
  const once = withProduct([], strikes)
  expect(withProduct(once, { ...strikes, ports: ['api'] })).toEqual([{ ...strikes, ports: ['api'] }])
})

test('a cart holds no more products than one request takes', () => {
  const many = Array.from({ length: 60 }, (_, i) => ({ product: `a/p${i}`, title: `P ${i}`, ports: [] }))
  expect(many.reduce(withProduct, [] as ReturnType<typeof readCart>)).toHaveLength(50)
})
