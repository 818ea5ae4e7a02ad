import type { Reply } from '../../api/index.ts'

export const Runs = ({ product }: { product: Reply<'getProduct'> }) => <p>{product.title}</p>
