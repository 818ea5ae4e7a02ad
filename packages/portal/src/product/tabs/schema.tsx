import type { Reply } from '../../api/index.ts'

export const Schema = ({ product }: { product: Reply<'getProduct'> }) => <p>{product.title}</p>
