export { applyProduct, inputsOf, planProduct, rootKey, seenBy } from './apply.ts'
export { CatalogCache, catalogChannel, type ProductEntry } from './cache.ts'
export { cardQuery, factsOf, listProducts, titleOf } from './cards.ts'
export { certificationOf, judgedByKey, judgeTheRest } from './certifiable.ts'
export { certificationsNow } from './certified.ts'
export { decideProposal, findProposal, listProposals, saveGuesses } from './classification.ts'
export { commitSnapshot, lostTo } from './commit.ts'
export { compareReleases } from './compare.ts'
export { consumersView } from './consumers.ts'
export { getContract } from './contract.ts'
export { productsReadBy } from './cycles.ts'
export { type CatalogDeps, type PolicyQuestion, type PolicyVerdicts, timeOrderedId } from './deps.ts'
export { proposeDerived } from './derive.ts'
export { applyDomains, getDomain, listDomains } from './domains.ts'
export { figuresOf } from './figures.ts'
export { followedBy, followProduct, productsOf, unfollowProduct } from './follows.ts'
export { openHealthFacts } from './health.ts'
export { lineageGraph } from './lineage.ts'
export { meshPicture } from './mesh.ts'
export { getProduct, getRelease, getSchema, getSla, listReleases } from './products.ts'
export { qualityHistory } from './quality_history.ts'
export { withoutRows } from './releases.ts'
export { everyProduct, loadSnapshot, noProduct, tellMoved } from './rows.ts'
export { proposeFromSample, type SampleDeps } from './sample.ts'
export { nextMoment, type ScheduleTrigger } from './schedules.ts'
export { documentOf, type PersonFound, type Searcher, search, searchText, suggest } from './search/index.ts'
export {
  continuedSnapshot,
  expiredFilesSeconds,
  getProfile,
  getSnapshot,
  listSnapshots,
  pinSnapshot,
  productEntry,
  resolveSnapshot,
  saveProfiles,
  type Which,
} from './snapshots.ts'
export { serviceLevels } from './trust.ts'
export { removeUnusedUploads, saveUpload, uploadRoots } from './uploads.ts'
