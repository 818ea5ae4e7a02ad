import { useApi } from '../api/index.ts'

/** Who is signed in; the whole session long. */
export const useMe = () => useApi('me', {}, { staleTime: 5 * 60_000 })

/** May the person act for a domain? A hint for what to offer; the platform decides again. */
export const ownsDomain = (
  me: { roles: readonly { role: string; domain?: string | undefined }[] } | undefined,
  domain?: string,
): boolean =>
  me?.roles.some(
    ({ role, domain: of }) =>
      role === 'platform-admin' || (role === 'domain-owner' && (domain === undefined || of === domain)),
  ) ?? false

/** Governance and administrators read the audit log. A hint for what to ask for; the platform decides again. */
export const readsAudit = (me: Parameters<typeof ownsDomain>[0]): boolean =>
  me?.roles.some(({ role, domain }) => (role === 'platform-admin' || role === 'governance') && domain === undefined) ??
  false
