import { type Actor, decide, isMeshError, MeshError, type ReplyOf } from '@datamesh/core'
import { productEntry, titleOf } from '../catalog/index.ts'
import type { Access } from './access.ts'
import { machinesOf } from './lists.ts'
import { approversFor, holderOf } from './requests.ts'
import { resourceFrom } from './resources.ts'
import type { RequestDeps } from './rights.ts'

export type PreviewDeps = RequestDeps & { access: Pick<Access, 'ifGranted'> }
type Preview = ReplyOf<'previewAccess'>
type Question = { products: string; onBehalfOf?: string | undefined; purpose?: string | undefined }

const most = 50

/**
 * What `requestAccess` would do, before it is asked. By the same functions; only who has decided by then can make it differ.
 * @throws not-found for a holder that is not the actor's, request-invalid for too many
 */
export const previewAccess = async (
  { products, onBehalfOf, purpose = '' }: Question,
  actor: Actor,
  deps: PreviewDeps,
): Promise<Preview> => {
  const ids = [...new Set(products.split(',').flatMap((id) => id.trim() || []))]
  if (ids.length > most)
    throw new MeshError('request-invalid', { what: `products: ${most} at once, not ${ids.length}` })
  const holder = await holderOf(onBehalfOf, actor, deps)
  const { visible } = await deps.access.sightOf(actor)
  const found: Preview['products'] = []
  const missing: string[] = []
  for (const id of ids) {
    const entry = visible(id) ? await entryOf(id, deps) : null
    if (entry === null) missing.push(id)
    else found.push(await lookedAt(entry, purpose, holder, deps))
  }
  return { products: found, missing, holders: await holdersOf(actor, deps) }
}

type Entry = Awaited<ReturnType<typeof productEntry>>

const entryOf = async (id: string, deps: PreviewDeps): Promise<Entry | null> => {
  try {
    return await productEntry(id, deps.catalog)
  } catch (error) {
    if (isMeshError(error) && error.code === 'not-found') return null
    throw error
  }
}

const lookedAt = async (
  entry: Entry,
  purpose: string,
  holder: Actor,
  deps: PreviewDeps,
): Promise<Preview['products'][number]> => {
  const { product } = entry
  const resource = resourceFrom(entry)
  const question = { actor: holder, action: 'data:read' as const, resource, now: deps.catalog.now() }
  const without = decide(question, { grants: [] })
  const granted = await deps.access.ifGranted(holder, resource)
  const [state, because] = without.allow
    ? (['readable', without.because] as const)
    : product.status === 'draft'
      ? (['draft', `${product.id} is a draft: it can be asked for once it is active`] as const)
      : granted.allow
        ? (['ask', without.because] as const)
        : (['refused', granted.because] as const)
  return {
    product: product.id,
    title: product.title ?? titleOf(product.name),
    owner: product.owner,
    ports: product.outputPorts.map(({ name, technology }) => ({ name, technology })),
    state,
    because,
    approvers: [...(await approversFor(product, resource, { purpose }, holder, deps))],
    masks: [...granted.masks] as Preview['products'][number]['masks'],
    someRows: granted.rowFilter !== null,
  }
}

const holdersOf = async (actor: Actor, deps: PreviewDeps): Promise<Preview['holders']> => {
  const others = [...(actor.teams ?? []), ...(await machinesOf(actor, deps.catalog))].filter((id) => id !== actor.id)
  const rows =
    others.length === 0
      ? []
      : await deps.catalog.store.db
          .selectFrom('principal')
          .select(['id', 'name', 'kind'])
          .where('id', 'in', others)
          .where('kind', 'in', ['team', 'machine'])
          .where('disabled_at', 'is', null)
          .orderBy('kind', 'desc')
          .orderBy('name')
          .execute()
  const me = { id: actor.id, name: actor.name, kind: 'person' as const }
  return [me, ...rows.map(({ id, name, kind }) => ({ id, name, kind: kind as 'team' | 'machine' }))]
}
