import {
  type Actor,
  type BodyOf,
  corrected,
  MeshError,
  productFiles,
  proposedChecks,
  proposedFrom,
  type ReplyOf,
  type SampleFile,
} from '@datamesh/core'
import type { CatalogDeps } from './deps.ts'
import { placeFor } from './place.ts'
import { findUpload } from './uploads.ts'

export type SampleDeps = CatalogDeps & {
  /** Looks at a file, outside of this process. @throws sample-unreadable */
  infer(file: string): Promise<SampleFile>
}

type Wish = BodyOf<'proposeProduct'>

/**
 * The files of a product over an uploaded sample: they apply, build and pass their own checks as they are. Registers nothing.
 * @throws not-found, request-invalid, already-there, domain-unknown, sample-unreadable
 */
export const proposeFromSample = async (
  wish: Wish,
  actor: Pick<Actor, 'id'>,
  deps: SampleDeps,
): Promise<ReplyOf<'proposeProduct'>> => {
  const { domain, name } = wish
  const home = await placeFor(wish, deps)
  const upload = await findUpload(wish.upload, actor, deps)
  const sample = await deps.infer(upload.path)
  const inferred = proposedFrom(sample, upload.name)
  const stranger = wish.columns?.find((each) => !inferred.columns.some((column) => column.name === each.name))
  if (stranger) throw new MeshError('request-invalid', { what: `the sample has no column ${stranger.name}` })
  const it = corrected(name, inferred, wish)

  const files = productFiles({
    ...{ domain, name, owner: home.owner, from: it, schedule: null, without: wish.without },
    ...{ title: wish.title, description: wish.description },
    ...{ alignment: wish.alignment, classification: wish.classification },
  })
  return {
    rows: sample.rows,
    bundle: { root: `upload:${upload.id}`, manifest: 'dataproduct.yaml', files },
    columns: it.columns.map(({ sourceName, name: column, type, nullable, unique, pii }, i) => ({
      ...{ name: column, sourceName, type, nullable, unique, pii },
      piiBecause: sample.columns[i]?.piiBecause ?? null,
      examples: (sample.columns[i]?.examples ?? []).map((value) => (pii ? masked(value) : value)),
    })),
    checks: proposedChecks(name, inferred),
  }
}

/** Enough to know it again, not enough to learn it. */
const masked = (value: string): string => `${value.slice(0, 1)}•••`
