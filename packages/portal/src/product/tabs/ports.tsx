import type { Reply } from '../../api/index.ts'

export const Ports = ({ product }: { product: Reply<'getProduct'> }) => <p>{product.title}</p>
