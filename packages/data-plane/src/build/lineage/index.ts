export { columnLineage, type LineageInput, type LineageModel, type LineageSource } from './columns.ts'
