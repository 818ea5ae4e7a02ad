import type { Reply } from '../../api/index.ts'

export const Consumers = ({ product }: { product: Reply<'getProduct'> }) => <p>{product.title}</p>
