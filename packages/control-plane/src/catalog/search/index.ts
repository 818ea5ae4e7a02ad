export { documentOf, searchText } from './document.ts'
export { type Searcher, search } from './search.ts'
export { type PersonFound, suggest } from './suggest.ts'
