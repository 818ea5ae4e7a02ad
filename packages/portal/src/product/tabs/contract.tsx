import type { Reply } from '../../api/index.ts'

export const Contract = ({ product }: { product: Reply<'getProduct'> }) => <p>{product.title}</p>
