export const Access = () => <p>Access</p>
