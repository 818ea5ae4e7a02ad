import type { Reply } from '../../api/index.ts'

export const Versions = ({ product }: { product: Reply<'getProduct'> }) => <p>{product.title}</p>
