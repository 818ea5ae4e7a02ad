export { filterSql, isOpen, type Served, servedColumns, servedKey, servedType } from './expression.ts'
export { type BareKeys, type MaskKeys, maskKeys, openToken } from './keys.ts'
export { offerTokens, tokenFunction } from './token_function.ts'
