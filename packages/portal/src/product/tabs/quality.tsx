import type { Reply } from '../../api/index.ts'

export const Quality = ({ product }: { product: Reply<'getProduct'> }) => <p>{product.title}</p>
