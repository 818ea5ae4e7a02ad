export { compile } from './compile.ts'
export { readValue } from './term-value.ts'
