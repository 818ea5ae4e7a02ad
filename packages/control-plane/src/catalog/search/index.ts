export { documentOf, searchText } from './document.ts'
export { type Searcher, search } from './search.ts'
