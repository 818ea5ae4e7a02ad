export const Product = () => <p>Product</p>
