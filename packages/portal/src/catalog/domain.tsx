export const Domain = () => <p>Domain</p>
