export const Marketplace = () => <p>Marketplace</p>
