export { compile, compileModules } from './compile.ts'
export { readValue } from './term-value.ts'
