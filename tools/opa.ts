import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * OPA itself, to compare with: the program that OPA names in the environment, else built from its Go module once and kept among temporary
 * files. Undefined where neither Go nor its modules can be reached: who needs it skips, and says so.
 */
export const opaProgram = (): string | undefined => {
  if (process.env.OPA && existsSync(process.env.OPA)) return process.env.OPA
  const folder = join(tmpdir(), `datamesh-opa-${process.getuid?.() ?? 0}`)
  const built = join(folder, 'opa')
  if (existsSync(built)) return built
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { status } = spawnSync('go', ['build', '-o', built, 'github.com/open-policy-agent/opa'], {
    cwd: new URL('../bench/opa', import.meta.url).pathname,
    env: { ...process.env, GOFLAGS: '-buildvcs=false -mod=readonly' },
    timeout: 900_000,
  })
  return status === 0 ? built : undefined
}
