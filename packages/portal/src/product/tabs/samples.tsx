import type { Reply } from '../../api/index.ts'

export const Samples = ({ product }: { product: Reply<'getProduct'> }) => <p>{product.title}</p>
