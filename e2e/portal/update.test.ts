import { describe, expect } from 'vitest'
import { story } from './stage.ts'

describe('a window that stands open while the platform is updated', () => {
  story('loads itself anew when a part of it is gone, once', async (stage) => {
    const leo = await stage.open('leo', '/products')
    const { page } = leo
    leo.allow(/^404: .*\/assets\/|Failed to fetch dynamically imported module|page error/)
    let gone = 0
    await page.route(/\/assets\/palette-[^/]*\.js$/, (route) => {
      gone += 1
      return gone === 1 ? route.fulfill({ status: 404, body: 'gone' }) : route.continue()
    })
    const again = page.waitForEvent('load')
    await page.keyboard.press('Control+k')
    await again
    await leo.settled()
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog', { name: 'Command palette' }).waitFor()
    expect(gone).toBe(2)
  })
})
