export const NewProduct = () => <p>NewProduct</p>
