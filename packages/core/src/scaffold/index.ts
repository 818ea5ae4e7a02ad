export { type Correction, corrected, type ProposedCheck, proposedChecks } from './checks.ts'
export { personalBecause } from './personal.ts'
export { domainFile, meshFiles, type NewProduct, productFiles } from './product.ts'
export { type Inferred, type InferredColumn, proposedFrom, type SampleFile, type SampleFormat } from './sample.ts'
