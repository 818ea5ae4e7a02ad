import { describe, expect } from 'vitest'
import { tooWide, violations } from './accessible.ts'
import { lockedPages, type PageLine, pages, productPages } from './pages.ts'
import { type Actor, type Stage, story } from './stage.ts'

const wide = { width: 1440, height: 900 }
const phone = { width: 390, height: 844 }

/** Both themes, then the width of a phone, over one load of the page. Each finding is a line. */
async function judge({ page, settled }: Actor): Promise<string[]> {
  await page.setViewportSize(wide)
  const found: string[] = []
  for (const theme of ['dark', 'light']) {
    // as the switch does it; every colour is a token that hangs on this
    await page.evaluate((to) => {
      document.documentElement.dataset.theme = to
    }, theme)
    await settled()
    found.push(...(await violations(page)).map((what) => `${theme}: ${what}`))
  }
  await page.setViewportSize(phone)
  await settled()
  return [...found, ...(await tooWide(page)).map((what) => `on a phone: ${what}`)]
}

/** Each person keeps one page. */
async function walk(stage: Stage, lines: readonly PageLine[]): Promise<string[]> {
  const actors = new Map<PageLine['who'], Actor>()
  const found: string[] = []
  for (const line of lines) {
    try {
      const actor = actors.get(line.who) ?? (await stage.open(line.who, '/sign-in'))
      actors.set(line.who, actor)
      if (line.allow) actor.allow(line.allow)
      await actor.go(await addressOf(stage, line))
      found.push(...(await judge(actor)).map((what) => `${line.name}: ${what}`))
    } catch (error) {
      found.push(`${line.name}: ${error instanceof Error ? error.message : error}`)
    }
  }
  return found
}

/** The newest run of flights stands in for `*`. */
async function addressOf(stage: Stage, { path }: PageLine): Promise<string> {
  if (!path.includes('*')) return path
  const query = { product: 'flight-operations/flights-fact', limit: 1 }
  const { runs } = await stage.client('rosa').call('listRuns', { query })
  return path.replace('*', runs[0]?.id ?? '')
}

describe('without any accessibility violation in both themes, and without scrolling sideways on a phone', () => {
  const told: [string, readonly PageLine[]][] = [
    ['every page', pages],
    ['every tab of a product', productPages],
    ['every tab of a product that its reader has no right to', lockedPages],
  ]
  for (const [name, lines] of told)
    story(
      name,
      async (stage) => {
        expect(await walk(stage, lines)).toEqual([])
      },
      240_000,
    )

  story('dialogs: command palette, shortcuts, access request', async (stage) => {
    const leo = await stage.open('leo', '/products/safety/bird-strikes')
    const found: string[] = []
    for (const [name, key, title] of [
      ['palette', 'Control+k', 'Command palette'],
      ['shortcuts', '?', 'Keyboard shortcuts'],
      ['access request', 'r', 'Request access to Bird strikes'],
    ] as const) {
      await leo.page.keyboard.press(key)
      await leo.page.getByRole('dialog', { name: title }).waitFor()
      found.push(...(await judge(leo)).map((what) => `${name}: ${what}`))
      await leo.page.setViewportSize(wide)
      await leo.page.keyboard.press('Escape')
      await leo.page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    expect(found).toEqual([])
  })
})
