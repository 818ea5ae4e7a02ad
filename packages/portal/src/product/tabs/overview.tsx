import type { Reply } from '../../api/index.ts'

export const Overview = ({ product }: { product: Reply<'getProduct'> }) => <p>{product.title}</p>
