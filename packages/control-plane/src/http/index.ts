export type { Answer } from './answer.ts'
export type { Call, Handler, Handlers } from './handler.ts'
export { allHandlers, type HandlerDeps } from './handlers/index.ts'
export {
  collectRecords,
  type ExternalIssuer,
  mountPath as issuerPath,
  openSignIn,
  type SignIn,
  type SignInDeps,
} from './oidc/index.ts'
export { type RateLimiter, rateLimiter } from './rate.ts'
export { type HttpLog, type HttpOptions, type HttpServer, startHttp } from './server.ts'
