export { compile, compileModules } from './compile.ts'
export { type BuiltinReference, describeBuiltins } from './reference.ts'
export { readValue } from './term-value.ts'
