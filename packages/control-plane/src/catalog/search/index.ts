export { documentOf, refreshDocument, searchText } from './document.ts'
export { type SearchQuestion, search, type VisibleSql } from './search.ts'
