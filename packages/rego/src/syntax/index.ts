export type * from './ast.ts'
export { parseModule, parseQuery } from './parser.ts'
