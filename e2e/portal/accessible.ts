import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

declare const axe: { run(on: unknown, options: unknown): Promise<AxeResults> }

/** Each violation with where it is, as one line; none is what every page must have. */
export async function violations(page: Page): Promise<string[]> {
  // not as a script tag: the pages allow no inline script
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(source)
  const found = await page.evaluate((runOnly) => axe.run(document, { runOnly, resultTypes: ['violations'] }), rules)
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary?.split('\n')[1]?.trim() ?? ''}`,
    ),
  )
}

/** How far the page is wider than the window, and what stands out. */
export const tooWide = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const wide = document.documentElement.scrollWidth - innerWidth
    if (wide <= 0) return []
    const out = [...document.querySelectorAll<HTMLElement>('body *')].filter(
      (each) => each.getBoundingClientRect().right > innerWidth + 1,
    )
    return [`${wide} px too wide`, ...out.slice(0, 5).map((each) => `${each.tagName} ${each.className}`)]
  })
