import { createServer } from 'node:net'

/** Why nothing can listen there, or null. Asked before anything is started, so that the answer comes at once. */
export const whyNotListen = (host: string, port: number): Promise<string | null> =>
  new Promise((tell) => {
    const probe = createServer().once('error', ({ code, message }: NodeJS.ErrnoException) =>
      tell(code === 'EADDRINUSE' ? 'another program listens there' : message),
    )
    probe.listen(port, host, () => probe.close(() => tell(null)))
  })
