export { type ReadRules, type Refused, type SyntaxTree, treeOf, walkSelect } from './tree.ts'
