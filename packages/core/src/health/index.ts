export { ailmentsOf, bounds as healthBounds } from './ailments.ts'
export type { HealthFacts, ProductFacts as ProductHealthFacts } from './facts.ts'
