import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Client, connect } from '@datamesh/sdk'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, inject, test } from 'vitest'
import { contextOf, joinChromium, type Look } from './chromium.ts'
import type { MeshFacts, Name } from './mesh.ts'
import { type Watched, watch } from './watched.ts'

export type Stage = {
  mesh: MeshFacts
  browser: Browser
  client(who: Name): Client
  /** A browser of this person (`null`: of nobody), at an address, ready. */
  open(who: Name | null, path: string, look?: Look): Promise<Actor>
}
/** A page with what the stories say about it most often. */
export type Actor = Watched & { go(path: string): Promise<void> }

const theatre = inject('theatre')
let joined: Promise<Browser> | null = null
const browser = (): Promise<Browser> => {
  if (theatre === null) throw new Error('there is no browser')
  joined ??= joinChromium(theatre.browser)
  return joined
}

// of every test file, which is a process of its own
afterAll(async () => (await joined)?.close())

const actorOf = (page: Page): Actor => {
  const watched = watch(page)
  return {
    ...watched,
    go: async (path) => {
      await page.goto(path)
      await watched.settled()
    },
  }
}

/** One story in the browser. When it fails, every page that was open is kept as picture, HTML and log; noise on any page is a failure. */
export const story = (name: string, tell: (stage: Stage) => Promise<void>, timeoutMs = 90_000): void => {
  test.skipIf(theatre === null)(
    name,
    async () => {
      if (theatre === null) return
      const { mesh, failures } = theatre
      const contexts: BrowserContext[] = []
      const actors: Actor[] = []
      const on = await browser()
      const stage: Stage = {
        mesh,
        browser: on,
        client: (who) => connect({ url: mesh.url, token: mesh.people[who].token }),
        open: async (who, path, look) => {
          const context = await contextOf(on, mesh, who, look)
          contexts.push(context)
          const actor = actorOf(await context.newPage())
          actors.push(actor)
          await actor.go(path)
          return actor
        },
      }
      try {
        await tell(stage)
        const noise = actors.flatMap((actor) => actor.noise.map((line) => `${actor.page.url()}: ${line}`))
        if (noise.length > 0) throw new Error(`the pages were not quiet:\n${noise.join('\n')}`)
      } catch (error) {
        await keep(join(failures, name.replaceAll(/[^a-z0-9]+/gi, '-').slice(0, 80)), actors)
        throw error
      } finally {
        await Promise.all(contexts.map((context) => context.close()))
      }
    },
    timeoutMs,
  )
}

async function keep(folder: string, actors: readonly Actor[]): Promise<void> {
  mkdirSync(folder, { recursive: true })
  for (const [i, { page, log }] of actors.entries()) {
    try {
      writeFileSync(join(folder, `${i}.log`), `${page.url()}\n${log.join('\n')}\n`)
      writeFileSync(join(folder, `${i}.html`), await page.content())
      await page.screenshot({ path: join(folder, `${i}.png`) })
    } catch {
      // a page that is gone has nothing more to show; the failure itself matters
    }
  }
  console.log(`what the pages looked like: ${folder}`)
}
