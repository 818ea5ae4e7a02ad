import { statfs } from 'node:fs/promises'
import type { Store } from '../store/index.ts'

export type Readiness = { ok: boolean; state: string; checks: Record<string, string> }

/** Less than this and a publish would break in the middle. */
const neededBytes = 256 * 1024 * 1024

/** May traffic come? State answers, data folder has room, and every other part that the caller names says yes. */
export const readiness = async (
  store: Pick<Store, 'health'>,
  dataFolder: string,
  parts: Readonly<Record<string, () => string | Promise<string>>>,
): Promise<Readiness> => {
  const health = await store.health()
  const checks: Record<string, string> = {
    state: health.ok ? 'ok' : (health.problem ?? 'does not answer'),
    data: await roomIn(dataFolder),
  }
  for (const [name, ask] of Object.entries(parts))
    checks[name] = await Promise.resolve()
      .then(ask)
      .catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
  return { ok: Object.values(checks).every((said) => said === 'ok'), state: health.kind, checks }
}

const roomIn = async (folder: string): Promise<string> => {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize >= neededBytes ? 'ok' : `only ${Math.floor((bavail * bsize) / 1024 / 1024)} MB free`
  } catch (error) {
    return (error as Error).message
  }
}
