export { type ColumnEvidence, type ColumnGuess, guessColumn, guessTable, leastConfidence } from './detect.ts'
export { type ColumnKind, columnKinds } from './kinds.ts'
export { type ColumnRef, type ColumnTag, columnKey, type InheritedTag, inheritedTags } from './propagate.ts'
export { wordsOf } from './words.ts'
