export { type Authenticator, openAuthenticator, type SignedIn } from './authenticate.ts'
export {
  bootstrap,
  createKey,
  createSignIn,
  type IdentityDeps,
  type Key,
  listKeys,
  listPrincipals,
  putPrincipal,
  revokeKey,
  signIn,
} from './identity.ts'
export { closeSession, openSession } from './sessions.ts'
