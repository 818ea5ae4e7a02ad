import { type Reply, useApi } from '../api/index.ts'

/** Requests that I decide. */
export const useRequests = () => useApi('listAccess', { query: { box: 'inbox' } })
export const useSick = () => useApi('search', { query: { health: 'failing,stale', limit: 50 } })
export const useFollowed = () => useApi('listProducts', { query: { followed: 'true', limit: 50 } })

const ofAll = (me: Reply<'me'>) => me.roles.some(({ role }) => role === 'platform-admin')
export const domainsOf = (me: Reply<'me'>): string[] =>
  me.roles.flatMap(({ role, domain }) => (role === 'domain-owner' && domain ? [domain] : []))

/** Products of the domains that somebody owns; of a platform admin all; of everybody else none. */
export const useMine = (me: Reply<'me'> | undefined) => {
  const domains = me ? domainsOf(me) : []
  const all = me ? ofAll(me) : false
  const owns = all || domains.length > 0
  const mine = useApi(
    'search',
    { query: { limit: 100, sort: 'used', ...(all ? {} : { domain: domains.join(',') }) } },
    { enabled: owns },
  )
  return { owns, all, domains, mine }
}
