export const DomainMap = () => <p>DomainMap</p>
