export { type Authenticator, openAuthenticator } from './authenticate.ts'
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
