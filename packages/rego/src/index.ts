export { compile } from './compile/index.ts'
export { prepare } from './evaluate/index.ts'
export * from './policy.ts'
export { compare, equal, fromJson, toJson, type Value } from './value.ts'
