import { type ReplyOf, routes } from '@datamesh/core'
import { type Client, type ConnectOptions, clientOf } from './client.ts'

/** A typed client of one mesh. Every route of the table is a method; errors are `ApiError`s. */
export const connect = (options: ConnectOptions): Client => clientOf(routes, options)

/** Exchanges a one-time code for a token; the only call that needs none. */
export const signIn = (wish: {
  url: string
  code: string
  /** How the key is named in the list of keys. */
  name?: string
  fetch?: typeof fetch
}): Promise<ReplyOf<'signIn'>> => {
  const { url, code, name } = wish
  const client = connect({ url, ...(wish.fetch ? { fetch: wish.fetch } : {}) })
  return client.signIn({ body: name === undefined ? { code } : { code, name } })
}
