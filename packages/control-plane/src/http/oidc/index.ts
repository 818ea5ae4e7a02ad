export { collectRecords } from './adapter.ts'
export { mountPath } from './provider.ts'
export { type ExternalIssuer, openSignIn, type SignIn, type SignInDeps } from './sign_in.ts'
