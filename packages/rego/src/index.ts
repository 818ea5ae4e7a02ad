export * from './policy.ts'
export { compare, equal, fromJson, toJson, type Value } from './value.ts'
