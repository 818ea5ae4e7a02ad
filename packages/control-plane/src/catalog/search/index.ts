export { documentOf, searchText } from './document.ts'
export { search } from './search.ts'
