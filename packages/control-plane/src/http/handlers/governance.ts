import { type Actor, MeshError } from '@datamesh/core'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'
import { idOf } from './served.ts'

type Names =
  | 'listPolicies'
  | 'getPolicy'
  | 'applyPolicies'
  | 'switchPolicy'
  | 'removePolicy'
  | 'reportResults'
  | 'evaluatePolicy'
  | 'policyImpact'
  | 'governance'
  | 'listViolations'
  | 'getVerdicts'
  | 'listWaivers'
  | 'grantWaiver'
  | 'endWaiver'

/** What one person may ask for that costs a thread, or a look at every product. */
const playLimit = { requests: 60, perSeconds: 60 }
const impactLimit = { requests: 20, perSeconds: 300 }

/**
 * Policies, verdicts and waivers. The table lets every role in; who may change what is decided by the scope of the policy, which only
 * its name or its files tell, and what is told is narrowed to products that one may find.
 */
export const governanceHandlers = ({
  access,
  governance,
  rateLimiter,
}: Pick<HandlerDeps, 'access' | 'governance' | 'rateLimiter'>): Pick<Handlers, Names> => {
  const limited = (what: string, actor: Actor, limit: { requests: number; perSeconds: number }) => {
    const { allowed, retryAfterSeconds } = rateLimiter.take(what, `${what} ${actor.id}`, limit)
    if (!allowed) throw new MeshError('rate-limited', { port: what, retryAfterSeconds })
  }
  const policyId = ({ scope, policy }: { scope: string; policy: string }) => `${scope}/${policy}`
  return {
    async listPolicies({ actor, query }) {
      return { policies: await governance.listPolicies(query, actor, await access.sightOf(actor)) }
    },
    async getPolicy({ actor, params, query }) {
      return governance.policy(policyId(params), query, actor, await access.sightOf(actor))
    },
    async applyPolicies({ actor, body }) {
      return { policies: await governance.apply(body, actor, await access.sightOf(actor)) }
    },
    async switchPolicy({ actor, params, body }) {
      return governance.switchTo(policyId(params), body, actor, await access.sightOf(actor))
    },
    async removePolicy({ actor, params, query }) {
      await governance.remove(policyId(params), query.reason, actor)
      return { ok: true }
    },
    async reportResults({ actor, params, body }) {
      await governance.report(policyId(params), body, actor, await access.sightOf(actor))
      return { ok: true }
    },
    async evaluatePolicy({ actor, body }) {
      limited('evaluations of policies', actor, playLimit)
      return governance.evaluate(body, actor, await access.sightOf(actor))
    },
    async policyImpact({ actor, body }) {
      limited('impacts of policies', actor, impactLimit)
      return governance.impact(body, actor, await access.sightOf(actor))
    },
    async governance({ actor, query }) {
      return governance.overview(query.domain, actor, await access.sightOf(actor))
    },
    async listViolations({ actor, query }) {
      return { violations: await governance.violations(query, actor, await access.sightOf(actor)) }
    },
    getVerdicts: ({ actor, params }) => governance.verdicts(idOf(params), actor),
    async listWaivers({ actor, query }) {
      return { waivers: await governance.waivers(query, actor, await access.sightOf(actor)) }
    },
    async grantWaiver({ actor, body }) {
      return governance.waive(body, actor, await access.sightOf(actor))
    },
    async endWaiver({ actor, params }) {
      return governance.endWaiver(params.id, actor, await access.sightOf(actor))
    },
  }
}
