export { applyProduct, planProduct, rootKey } from './apply.ts'
export { CatalogCache, catalogChannel, type ProductEntry } from './cache.ts'
export { cardOf, cardQuery, factsOf, listProducts } from './cards.ts'
export { type CommitRequest, commitSnapshot, committedBy, lostTo } from './commit.ts'
export { inputsOf } from './cycles.ts'
export { readBundle } from './declared.ts'
export { type CatalogDeps, type Provision, timeOrderedId } from './deps.ts'
export { applyDomains, getDomain, listDomains } from './domains.ts'
export { type LineageAnswer, type LineageQuestion, lineageGraph, readersOf, type Visible } from './lineage.ts'
export { type AccessView, getProduct, getRelease, getSchema, getSla, listReleases } from './products.ts'
export { loadSnapshot, noProduct, snapshotColumns, snapshotOf } from './rows.ts'
export { nextMoment, type ScheduleTrigger } from './schedules.ts'
export { documentOf, type SearchQuestion, search, searchText, type VisibleProduct } from './search/index.ts'
export {
  getProfile,
  getSnapshot,
  listSnapshots,
  pinSnapshot,
  productEntry,
  reportOfRun,
  resolveSnapshot,
  saveProfiles,
  unpin,
  type Which,
} from './snapshots.ts'
export { serviceLevels, trustOf } from './trust.ts'
