import { createHash } from 'node:crypto'
import type { Actor, ReplyOf } from '@datamesh/core'
import {
  followedBy,
  followProduct,
  meshPicture,
  type PersonFound,
  productsOf,
  suggest,
  unfollowProduct,
} from '../../catalog/index.ts'
import { listPrincipals } from '../../identity/index.ts'
import { recentEvents } from '../../observe/index.ts'
import { answer } from '../answer.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'
import { hearing, toldTo } from './events.ts'
import { idOf } from './served.ts'

type Names = 'getMesh' | 'suggest' | 'recentEvents' | 'followProduct' | 'unfollowProduct'

/** What is asked about the mesh as a whole. */
export const meshHandlers = ({ access, catalog, identity }: HandlerDeps): Pick<Handlers, Names> => {
  const mayHear = hearing(access)
  const told = toldTo(access)

  /** Without the number of rows of products of which the actor reads some. */
  const uncounted = async (actor: Actor, picture: { etag: string; body: Buffer }) => {
    const filtered = await access.filteredIn(actor)
    if (filtered.size === 0) return picture
    const mesh = JSON.parse(picture.body.toString()) as ReplyOf<'getMesh'>
    const products = mesh.products.map((each) => (filtered.has(each.id) ? { ...each, rows: null } : each))
    const body = Buffer.from(JSON.stringify({ ...mesh, products }))
    return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"` }
  }

  /** Everybody who can sign in: for whoever manages them. */
  const peopleFor = async (actor: Actor): Promise<PersonFound[]> => {
    if (!(await access.decideFor(actor, 'identity:manage', {})).allow) return []
    return (await listPrincipals(identity)).map(({ id, name, roles }) => ({
      id,
      name,
      role:
        roles.map(({ role, domain }) => (domain === undefined ? role : `${role} of ${domain}`)).join(', ') || 'no role',
      domain: null,
    }))
  }

  /** Products that the actor follows or looks after, and the domains of the latter; undefined: all. */
  const subjectsOf = async (actor: Actor): Promise<string[] | undefined> => {
    const caresFor = actor.roles.filter(({ role }) => role !== 'consumer')
    if (caresFor.some(({ domain }) => domain === undefined)) return undefined
    const domains = caresFor.flatMap(({ domain }) => domain ?? [])
    return [...(await followedBy(actor.id, catalog)), ...(await productsOf(domains, catalog)), ...domains]
  }

  return {
    async getMesh({ actor }) {
      const { hidden } = await access.sightOf(actor)
      const picture = await meshPicture(hidden, catalog)
      const { etag, body } = await uncounted(actor, picture)
      return answer({ etag, body, headers: { 'content-type': 'application/json; charset=utf-8' } })
    },
    async suggest({ actor, query }) {
      return suggest(query, await access.reachOf(actor), query.q === '' ? [] : await peopleFor(actor), catalog)
    },
    async recentEvents({ actor, query: { limit, before, type, subject, followed } }) {
      const mine = followed === 'true' ? await subjectsOf(actor) : undefined
      const asked = subject?.split(',')
      const subjects = mine && asked ? asked.filter((each) => mine.includes(each)) : (asked ?? mine)
      const found = await recentEvents({ limit, before, type, subjects }, (event) => mayHear(actor, event), catalog)
      return { ...found, events: await Promise.all(found.events.map((event) => told(actor, event))) }
    },
    async followProduct({ actor, params }) {
      await followProduct(idOf(params), actor.id, catalog)
      return { ok: true }
    },
    async unfollowProduct({ actor, params }) {
      await unfollowProduct(idOf(params), actor.id, catalog)
      return { ok: true }
    },
  }
}
