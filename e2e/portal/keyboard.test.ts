import { describe, expect } from 'vitest'
import { type Actor, story } from './stage.ts'

/** What has the focus, and whether one sees that. */
const focus = ({ page }: Actor) =>
  page.evaluate(() => {
    const on = document.activeElement
    if (on === null || on === document.body) return { on: 'nothing', seen: false }
    const rings = (element: Element): boolean => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element)
      return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0) || boxShadow !== 'none'
    }
    // a field in a frame may show it on the frame, a shape in a drawing by one of its lines
    const around = on.parentElement?.closest('label, [role=group], form, div')
    const lines = on instanceof SVGElement ? [...on.querySelectorAll('*')] : []
    const stroked = lines.some((line) => Number.parseFloat(getComputedStyle(line).strokeWidth) >= 2)
    // a grid shows it on the cell that is meant
    const meant = document.getElementById(on.getAttribute('aria-activedescendant') ?? '')
    const seen =
      (meant !== null && rings(meant)) ||
      rings(on) ||
      stroked ||
      (around?.matches(':focus-within') === true && rings(around))
    return { on: `${on.tagName} ${on.getAttribute('aria-label') ?? on.textContent?.slice(0, 40)}`, seen }
  })

async function mustShow(actor: Actor, where: string): Promise<void> {
  const now = await focus(actor)
  expect({ where, ...now }).toEqual({ where, on: now.on, seen: true })
}

/** Tab by Tab until something with this name has the focus; on every stop one sees where one is. */
async function tabTo(actor: Actor, name: RegExp, most = 60): Promise<void> {
  const passed: string[] = []
  for (let i = 0; i < most; i++) {
    await actor.page.keyboard.press('Tab')
    const { on, seen } = await focus(actor)
    passed.push(on)
    expect({ on, seen }).toEqual({ on, seen: true })
    if (name.test(on)) return
  }
  throw new Error(`Tab did not reach ${name}: ${passed.join(' | ')}`)
}

describe('without a mouse', () => {
  story(
    'one signs in, jumps to a product, walks tabs and map, queries, and changes the theme',
    async (stage) => {
      const vera = await stage.open(null, '/sign-in')
      vera.allow(/^401: GET/)
      const { page } = vera
      await page.goto('/')
      await page.waitForURL(/\/sign-in/)

      // the field has the focus already
      await mustShow(vera, 'sign-in')
      await page.keyboard.type(stage.mesh.people.vera.token)
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1 }).filter({ hasText: 'Vera' }).waitFor()

      // past the navigation
      await page.keyboard.press('Tab')
      expect((await focus(vera)).on).toContain('Skip to the page')
      await mustShow(vera, 'skip link')

      // to a product
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog', { name: 'Command palette' }).waitFor()
      await page.keyboard.type('route perf')
      await page
        .getByRole('option', { name: /Route performance/ })
        .first()
        .waitFor()
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { level: 1, name: 'Route performance' }).waitFor()

      // tabs by their numbers, and by arrows
      for (const [key, tab] of [
        ['2', 'Schema'],
        ['4', 'Ports'],
        ['9', 'Versions'],
        ['1', 'Overview'],
      ] as const) {
        await page.keyboard.press(key)
        await page.getByRole('tab', { name: tab, selected: true }).waitFor()
      }
      await vera.settled()
      await tabTo(vera, /Overview/)
      await page.keyboard.press('ArrowRight')
      expect((await focus(vera)).on).toContain('Schema')
      await page.keyboard.press('Enter')
      await page.getByRole('tab', { name: 'Schema', selected: true }).waitFor()
      await vera.settled()

      // the map: one stop, then arrows; Enter selects, Enter opens
      await page.keyboard.press('g')
      await page.keyboard.press('d')
      await page.getByRole('heading', { level: 1, name: 'Domain map' }).waitFor()
      await vera.settled()
      await page.locator('svg [data-id][tabindex="0"]').waitFor()
      await tabTo(vera, /product|hexagon|domain|,/i)
      while (!(await page.evaluate(() => document.activeElement?.matches('svg [data-id]'))))
        await page.keyboard.press('Tab')
      await mustShow(vera, 'hexagon')
      const from = await page.evaluate(() => document.activeElement?.getAttribute('data-id'))
      await page.keyboard.press('ArrowRight')
      await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-id'))).not.toBe(from)
      await mustShow(vera, 'hexagon to the right')
      await page.keyboard.press('Enter')
      await page.waitForURL(/sel=/)
      await page.keyboard.press('Enter')
      await page.waitForURL(/\/products\//)

      // the workbench of a product: Ctrl+Enter runs
      await vera.go('/products/passenger-insight/delay-report')
      await page.keyboard.press('q')
      await page.waitForURL(/\/sql/)
      await vera.settled()
      const editor = page.locator('.cm-content')
      await editor.waitFor()
      while (!(await editor.evaluate((element) => element === document.activeElement))) await page.keyboard.press('Tab')
      await page.keyboard.press('Control+Enter')
      await page.getByRole('grid', { name: /^Result/ }).waitFor()

      // Esc lets go of the editor's Tab; the grid is walked by arrows
      await page.keyboard.press('Escape')
      for (let i = 0; i < 20; i++) {
        await page.keyboard.press('Tab')
        if (await page.evaluate(() => document.activeElement?.getAttribute('role') === 'grid')) break
      }
      await mustShow(vera, 'grid')
      const spot = () => page.evaluate(() => document.activeElement?.getAttribute('aria-activedescendant'))
      const before = await spot()
      await page.keyboard.press('ArrowDown')
      expect(await spot()).not.toBe(before)

      // the list of shortcuts, and the other theme
      await vera.go('/products')
      const list = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
      // its code comes a moment after the page
      await expect
        .poll(async () => {
          await page.keyboard.press('?')
          return list.isVisible()
        })
        .toBe(true)
      await page.keyboard.press('Escape')
      await list.waitFor({ state: 'detached' })
      const theme = () => page.evaluate(() => document.documentElement.dataset.theme)
      expect(await theme()).toBe('light')
      await page.keyboard.press('Shift+D')
      await expect.poll(theme).toBe('dark')
      await page.reload()
      expect(await theme()).toBe('dark')
    },
    120_000,
  )
})
