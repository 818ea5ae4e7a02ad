import { describe, expect } from 'vitest'
import { tooWide, violations } from './accessible.ts'
import { lockedPages, type PageLine, pages, productPages } from './pages.ts'
import { type Actor, type Look, type Stage, story } from './stage.ts'

const all = [...pages, ...productPages, ...lockedPages]

/** The newest run of flights stands in for `*`. */
async function pathOf(stage: Stage, { path }: PageLine): Promise<string> {
  if (!path.includes('*')) return path
  const { runs } = await stage.client('rosa').call('listRuns', {
    query: { product: 'flight-operations/flights-fact', limit: 1 },
  })
  return path.replace('*', runs[0]?.id ?? '')
}

/** Each person keeps one page; what it says about a page stands beside the page's name. */
async function walk(stage: Stage, look: Look, judge: (actor: Actor) => Promise<string[]>): Promise<string[]> {
  const actors = new Map<string, Actor>()
  const found: string[] = []
  for (const line of all) {
    const path = await pathOf(stage, line)
    const key = `${line.who}`
    let actor = actors.get(key)
    try {
      if (actor === undefined) {
        actor = await stage.open(line.who, '/sign-in', look)
        actors.set(key, actor)
      }
      if (line.allow) actor.allow(line.allow)
      await actor.go(path)
      found.push(...(await judge(actor)).map((what) => `${line.name}: ${what}`))
    } catch (error) {
      found.push(`${line.name}: ${error instanceof Error ? error.message : error}`)
    }
  }
  return found
}

describe('every page', () => {
  for (const theme of ['light', 'dark'] as const)
    story(
      `has no accessibility violation, ${theme}`,
      async (stage) => {
        expect(await walk(stage, { theme }, ({ page }) => violations(page))).toEqual([])
      },
      240_000,
    )

  story(
    'fits a phone without scrolling sideways',
    async (stage) => {
      expect(await walk(stage, { width: 390, height: 844 }, ({ page }) => tooWide(page))).toEqual([])
    },
    180_000,
  )
})
