export { type Authenticator, identityChannel, openAuthenticator } from './authenticate.ts'
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
