import type { Reply } from '../../api/index.ts'

export const Slo = ({ product }: { product: Reply<'getProduct'> }) => <p>{product.title}</p>
