import { fileURLToPath } from 'node:url'
import type { MeshError } from '@datamesh/core'
import { type Config, readConfig } from './config.ts'
import { fileLog, openHome } from './home.ts'
import type { ControlPlane } from './main.ts'
import { openStore, type StoreLog } from './store/index.ts'

export type ControlPlaneOptions = Partial<Omit<Config, 'db'>> & {
  /** Folder of state and data. */
  home: string
  dbUrl?: string | undefined
  log?: StoreLog
  clock?: { now(): Date }
  /** The state cannot be used any more. Default: say so and end the process, so that whoever watches it starts it again. */
  onFatal?: (error: MeshError) => void
  /** Folder of the built portal. Default: where the repository builds it. */
  portal?: string
  /** Real fsync of the embedded state; only tests say false. */
  durable?: boolean
}

/**
 * The whole platform in this process: state, catalogue, access, runs, serving, HTTP.
 * @throws config-invalid, what openStore throws, listen errors of node:net
 */
export const startControlPlane = async (options: ControlPlaneOptions): Promise<ControlPlane> => {
  const began = performance.now()
  const {
    home: homeFolder,
    dbUrl,
    log: givenLog,
    clock = { now: () => new Date() },
    onFatal = endProcess,
    durable,
    portal = fileURLToPath(new URL('../../portal/dist', import.meta.url)),
    ...flags
  } = options
  const { config, settings } = readConfig({ home: homeFolder, flags: { ...flags, ...(dbUrl ? { db: dbUrl } : {}) } })
  const home = openHome(homeFolder)
  const log = givenLog ?? fileLog(home.log, () => clock.now())
  const opening = openStore({
    url: config.db ?? `pglite:${home.state}`,
    clock,
    log,
    onFatal,
    ...(durable === undefined ? {} : { durable }),
  })
  // Looked at below; until then its failing is nobody's unheard error.
  opening.catch(() => {})
  // The engine and the server are loaded while the state, in its own thread, opens: each takes about as long as the other.
  const { runControlPlane } = await import('./main.ts')
  return runControlPlane({ config, settings, home, clock, log, opening, portal, began })
}

const endProcess = (error: MeshError): void => {
  process.stderr.write(`${error.message}\n${error.hint}\n`)
  process.exit(3)
}
