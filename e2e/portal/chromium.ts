import { existsSync } from 'node:fs'
import { type Browser, type BrowserContext, type BrowserServer, chromium } from 'playwright-core'
import type { MeshFacts, Name } from './mesh.ts'

export const missing =
  'Chromium is not on this machine: apt-get install chromium (or name one with CHROMIUM=/path/to/chrome); the browser tests skip'

/** Where Debian, Ubuntu and Google put it. */
const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The browser that CHROMIUM names, else one that is on this machine, or null. */
export const chromiumPath = (named = process.env.CHROMIUM): string | null =>
  (named ? [named] : places).find((path) => existsSync(path)) ?? null

const options = (executablePath: string) => ({
  executablePath,
  headless: true,
  args: [
    // its sandbox does not start as root
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    '--disable-gpu',
    '--lang=en-GB',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})

/** One browser for all test files, with a new folder for its data; they connect to `wsEndpoint()`. */
export const serveChromium = (executablePath: string): Promise<BrowserServer> =>
  chromium.launchServer({ ...options(executablePath), host: '127.0.0.1' })
export const joinChromium = (endpoint: string): Promise<Browser> => chromium.connect(endpoint)
export const openChromium = (executablePath: string): Promise<Browser> => chromium.launch(options(executablePath))

export type Look = { theme?: 'light' | 'dark'; width?: number; height?: number }

/** A context of somebody who is signed in. */
export async function contextOf(
  on: Browser,
  mesh: Pick<MeshFacts, 'url' | 'people'>,
  who: Name | null,
  { theme = 'light', width = 1440, height = 900 }: Look = {},
): Promise<BrowserContext> {
  const context = await on.newContext({
    baseURL: mesh.url,
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
    acceptDownloads: true,
    locale: 'en-GB',
    timezoneId: 'UTC',
  })
  context.setDefaultTimeout(20_000)
  if (who !== null) await context.addCookies([{ ...mesh.people[who].session, url: mesh.url }])
  return context
}
