import { type Consumer, planProduct, type ReplyOf, thisRelease } from '@datamesh/core'
import { consumersOf } from './consumers.ts'
import type { CatalogDeps } from './deps.ts'
import { releaseEntry, withoutRows } from './releases.ts'

/** Longer texts are cut: nobody reads such a difference, and a seed of many rows should not fill a page. */
const mostChars = 200 * 1024

/**
 * Two releases of a product, as a plan from one to the other would see them, in whatever order they are given. Only those consumers are
 * told that the caller may see, and rows of seeds only to who reads every column (`readsAll`). @throws not-found
 */
export const compareReleases = async (
  id: string,
  versions: { from: string; to: string },
  { visible, readsAll }: { visible(product: string): boolean; readsAll: boolean },
  deps: CatalogDeps,
): Promise<ReplyOf<'compareReleases'>> => {
  const [from, to, consumers] = await Promise.all([
    releaseEntry(id, versions.from, deps),
    releaseEntry(id, versions.to, deps),
    consumersOf(id, deps),
  ])
  const seen = consumers.filter(({ product }) => visible(product))
  const { changes, needs, affected } = planProduct({
    current: from,
    proposed: to.product,
    digest: to.digest,
    consumers: seen,
    installation: thisRelease,
  })
  return {
    from: from.version,
    to: to.version,
    changes,
    needs,
    affected: affected.map(({ product, because }) => {
      const reads = readsText(seen.find((consumer) => consumer.product === product))
      return { product, because: reads === '' ? because : `${because}; it reads ${reads}` }
    }),
    files: filesThatDiffer(from.files, to.files, readsAll ? (files) => files : withoutRows),
  }
}

/** Empty where lineage could not follow every column. */
const readsText = (consumer: Consumer | undefined): string =>
  (consumer?.reads ?? [])
    .flatMap(({ table, columns }) => (columns ?? []).map((column) => `${table}.${column}`))
    .join(', ')

type Files = Readonly<Record<string, string>>

const filesThatDiffer = (
  before: Files,
  after: Files,
  shown: (files: Files) => Files,
): ReplyOf<'compareReleases'>['files'] => {
  const text = (files: Files, path: string) => (Object.hasOwn(files, path) ? files[path]! : null)
  const [old, now] = [shown(before), shown(after)]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .filter((path) => text(before, path) !== text(after, path))
    .map((path) => ({ path, before: cut(text(old, path)), after: cut(text(now, path)) }))
}

const cut = (text: string | null): string | null =>
  text === null || text.length <= mostChars
    ? text
    : `${text.slice(0, mostChars)}\n… ${text.length - mostChars} more characters are not shown`
