import { printTable } from './measure.ts'
import { benchSearch } from './search.ts'

/** (3) Search over generated products. */
export async function benchSearchTable({ products }: { products: number }): Promise<void> {
  const rows = await benchSearch(products)
  printTable(`(3) Search over ${products.toLocaleString('en-US')} products`, rows)
}
