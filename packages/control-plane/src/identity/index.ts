export { adopt, type Claims, type GroupSettings } from './adopt.ts'
export type { Argon2Cost } from './argon2.ts'
export { type Authenticator, openAuthenticator, type SignedIn } from './authenticate.ts'
export { type Bearer, type EmbeddedIssuer, type IssuerSettings, isSafe, openBearer } from './bearer.ts'
export { createClient, isSecretOf, listClients, liveClient, looksLikeClient, revokeClient } from './clients.ts'
export type { GroupRule } from './groups.ts'
export {
  bootstrap,
  createKey,
  createSignIn,
  endOfKey,
  type Key,
  listKeys,
  revokeKey,
  signIn,
} from './identity.ts'
export { type IssuerKeys, openIssuerKeys } from './issuer_keys.ts'
export { networkOf } from './network.ts'
export { forgetEverywhere, type IdentityDeps, note } from './notes.ts'
export { type PasswordDeps, principalByPassword, setPassword } from './passwords.ts'
export {
  listPrincipals,
  ownViewOf,
  type Principal,
  type PrincipalWish,
  putPrincipal,
} from './principals.ts'
export {
  closeSession,
  endSessions,
  listSessions,
  openSession,
  renewSession,
  type SessionView,
  sessionMethod,
} from './sessions.ts'
export { actorById, principals } from './store.ts'
export { forgetOldTries } from './throttle.ts'
export { turnsOf } from './turns.ts'
