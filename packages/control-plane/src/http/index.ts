export { type Answer, answer } from './answer.ts'
export type { Call, Handler, Handlers } from './handler.ts'
export { type HttpLog, type HttpOptions, type HttpServer, startHttp } from './server.ts'
