import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { root } from '../running.ts'
import { chromiumPath, missing, serveChromium } from './chromium.ts'
import { type MeshFacts, startMesh } from './mesh.ts'

export type Theatre = { browser: string; mesh: MeshFacts; failures: string }
declare module 'vitest' {
  interface ProvidedContext {
    /** null: there is no browser on this machine. */
    theatre: Theatre | null
  }
}

/** What a failed story left behind; ignored by git. */
const failures = join(root, 'coverage', 'e2e-portal')

/** One mesh and one browser for the whole suite: starting them takes longer than most stories. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  rmSync(failures, { recursive: true, force: true })
  const path = chromiumPath()
  if (path === null) {
    console.log(missing)
    project.provide('theatre', null)
    return async () => undefined
  }
  mkdirSync(failures, { recursive: true })
  const browser = await serveChromium(path)
  try {
    const { stop, client: _, ...mesh } = await startMesh()
    project.provide('theatre', { browser: browser.wsEndpoint(), mesh, failures })
    return async () => {
      await browser.close()
      await stop()
    }
  } catch (error) {
    await browser.close()
    throw error
  }
}
