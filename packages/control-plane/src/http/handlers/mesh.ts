import type { Actor } from '@datamesh/core'
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
import { hearing } from './events.ts'
import { idOf } from './served.ts'

type Names = 'getMesh' | 'suggest' | 'recentEvents' | 'followProduct' | 'unfollowProduct'

/** What is asked about the mesh as a whole. */
export const meshHandlers = ({ access, catalog, identity }: HandlerDeps): Pick<Handlers, Names> => {
  const mayHear = hearing(access)

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
      const { etag, body } = await meshPicture(hidden, catalog)
      return answer({ etag, body, headers: { 'content-type': 'application/json; charset=utf-8' } })
    },
    async suggest({ actor, query }) {
      return suggest(query, await access.reachOf(actor), query.q === '' ? [] : await peopleFor(actor), catalog)
    },
    async recentEvents({ actor, query: { limit, before, type, subject, followed } }) {
      const mine = followed === 'true' ? await subjectsOf(actor) : undefined
      const asked = subject?.split(',')
      const subjects = mine && asked ? asked.filter((each) => mine.includes(each)) : (asked ?? mine)
      return recentEvents({ limit, before, type, subjects }, (event) => mayHear(actor, event), catalog)
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
