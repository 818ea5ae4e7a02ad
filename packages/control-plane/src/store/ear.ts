import type { Store } from './store.ts'

/** A notification that was lost with a connection only delays. */
const lookAgainMs = 5_000

type Ear = AsyncDisposable & {
  /** Forgets what was heard: what comes from here on is news. */
  listen(): void
  /** Resolves when there was news since `listen`, when the caller gives up, and after some seconds in any case. */
  news(): Promise<void>
}

/** For readers that look, wait until something was told on a channel, and look again. */
export const openEar = async (
  store: Pick<Store, 'listen'>,
  channel: string,
  { concerns = () => true, signal }: { concerns?: (payload: string) => boolean; signal?: AbortSignal | undefined },
): Promise<Ear> => {
  let heard = true
  let wake = () => {}
  const stop = await store.listen(channel, (payload) => {
    if (payload !== '' && !concerns(payload)) return
    heard = true
    wake()
  })
  const aborted = () => wake()
  signal?.addEventListener('abort', aborted)
  return {
    listen() {
      heard = false
    },
    async news() {
      if (heard || signal?.aborted) return
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, lookAgainMs)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    },
    async [Symbol.asyncDispose]() {
      signal?.removeEventListener('abort', aborted)
      await stop()
    },
  }
}
