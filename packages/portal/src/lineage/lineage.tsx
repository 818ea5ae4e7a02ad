export const Lineage = () => <p>Lineage</p>
