import type { Reply } from '../../api/index.ts'

export const ProductLineage = ({ product }: { product: Reply<'getProduct'> }) => <p>{product.title}</p>
