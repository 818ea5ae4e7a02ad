import { type Actor, type MeshEvent, mayGovern } from '@datamesh/core'
import type { Access } from '../../access/index.ts'
import { watchEvents } from '../../observe/index.ts'
import { answer } from '../answer.ts'
import type { Handlers } from '../handler.ts'
import { resumeFrom, type StreamEvent, streamEvents } from '../sse.ts'
import type { HandlerDeps } from './deps.ts'

/** Who may hear of it: what one may not find is not told, and who was refused what is a matter of the owner. */
export const hearing =
  (access: Access) =>
  async (actor: Actor, event: MeshEvent): Promise<boolean> => {
    if (event.actor === actor.id) return true
    if (event.subject.startsWith('principal:')) {
      return event.subject === `principal:${actor.id}` || (await access.decideFor(actor, 'identity:manage', {})).allow
    }
    if (event.subject.startsWith('policy:')) {
      const [domain] = event.subject.slice('policy:'.length).split('/')
      return event.data.mode !== 'shadow' || mayGovern(actor, domain ?? '')
    }
    if (!event.subject.includes('/'))
      return (await access.decideFor(actor, 'domain:read', { domain: event.subject })).allow
    if (event.type === 'access.drift') return (await access.decideFor(actor, 'audit:read', {})).allow
    if (event.type === 'data.refused' || event.type === 'data.detokenised' || event.type.startsWith('access.')) {
      // how one's own request went
      const { principal, requestedBy } = event.data
      if (requestedBy === actor.id || [actor.id, ...(actor.teams ?? [])].includes(String(principal))) return true
      return (await access.decideFor(actor, 'product:manage', { product: event.subject })).allow
    }
    return (await access.sightOf(actor)).visible(event.subject)
  }

/** The event for one who hears it: how many rows were published is told to nobody who reads some of them. */
export const toldTo =
  (access: Pick<Access, 'filteredIn'>) =>
  async (actor: Actor, event: MeshEvent): Promise<MeshEvent> => {
    if (!('rows' in event.data) || !(await access.filteredIn(actor, [event.subject])).has(event.subject)) return event
    const { rows: _, ...data } = event.data
    return { ...event, data }
  }

export const eventHandlers = ({ access, catalog }: HandlerDeps): Pick<Handlers, 'events'> => {
  const mayHear = hearing(access)
  const told = toldTo(access)
  return {
    async events(call) {
      const { actor, query, request, signal } = call
      const after = resumeFrom(request.headers['last-event-id'], query.after)
      const heard = async function* (): AsyncGenerator<StreamEvent> {
        for await (const event of watchEvents({ ...query, after, signal }, catalog)) {
          if (await mayHear(actor, event))
            yield { id: String(event.seq), event: event.type, data: await told(actor, event) }
        }
      }
      await streamEvents(call, heard())
      return answer({ body: null })
    },
  }
}
