// The load of one measurement, in a process of its own, so that it shares no event loop with the server: keep-alive connections on raw
// sockets, one request at a time each, answers read by their content-length and thrown away.
import { connect } from 'node:net'

/** `{n}` in `path` becomes the next random number below `below`; with `walk` a client goes on with the answer's `x-datamesh-next`. */
export type Load = {
  port: number
  headers: Readonly<Record<string, string>>
  path: string
  below: number
  /** Numbers to draw `{n}` from instead. */
  values?: readonly number[]
  walk: boolean
  clients: number
  seconds: number
}
export type Loaded = { requests: number; seconds: number; failed: number; bytes: number; p50: number; p99: number }

const draw = ({ values, below }: Load): number =>
  values?.[Math.floor(Math.random() * values.length)] ?? Math.floor(Math.random() * below)

const client = (load: Load, until: number, times: number[], total: { failed: number; bytes: number }): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port: load.port, host: '127.0.0.1', noDelay: true })
    const headers = Object.entries(load.headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')
    let started = 0
    let next: string | null = null
    let path = ''
    let head = Buffer.alloc(0)
    let missing = -1
    const ask = () => {
      if (performance.now() >= until) {
        socket.end()
        resolve()
        return
      }
      // A cursor belongs to the filters it was made with: a walk keeps its path.
      if (next === null) path = load.path.replaceAll('{n}', () => String(draw(load)))
      started = performance.now()
      socket.write(
        `GET ${path}${next === null ? '' : `&cursor=${next}`} HTTP/1.1\r\nhost: 127.0.0.1:${load.port}\r\n${headers}\r\n`,
      )
    }
    const finish = () => {
      times.push(performance.now() - started)
      missing = -1
      head = Buffer.alloc(0)
      ask()
    }
    socket.on('data', (data) => {
      total.bytes += data.length
      if (missing < 0) {
        head = head.length === 0 ? data : Buffer.concat([head, data])
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        const text = head.toString('latin1', 0, end)
        if (!text.startsWith('HTTP/1.1 200')) total.failed += 1
        if (load.walk) next = /\r\nx-datamesh-next: (\S+)/i.exec(text)?.[1] ?? null
        missing = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0) - (head.length - end - 4)
      } else missing -= data.length
      if (missing === 0) finish()
    })
    socket.once('error', reject)
    socket.once('connect', ask)
  })

const run = async (load: Load): Promise<Loaded> => {
  const times: number[] = []
  const total = { failed: 0, bytes: 0 }
  const from = performance.now()
  await Promise.all(Array.from({ length: load.clients }, () => client(load, from + load.seconds * 1000, times, total)))
  const seconds = (performance.now() - from) / 1000
  const sorted = Float64Array.from(times).sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { requests: times.length, seconds, ...total, p50: at(0.5), p99: at(0.99) }
}

process.on('message', (load: Load) => {
  run(load).then(
    (loaded) => process.send?.(loaded),
    (error: unknown) => {
      console.error(error)
      process.exit(1)
    },
  )
})
