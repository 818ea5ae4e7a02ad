export { type CheckOutcome, OutcomeMark, worstFirst } from './outcome.tsx'
export { Quarantined } from './quarantined.tsx'
export { SampleRows } from './samples.tsx'
