export { documentOf, refreshDocument, searchText } from './document.ts'
export { SearchMemory } from './memory.ts'
export { type SearchQuestion, search, type VisibleProduct } from './search.ts'
