export type * from './ast.ts'
export { type Json, toJsonAst } from './json.ts'
export { parseModule } from './module.ts'
export { parseQuery } from './parser.ts'
