import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { Response } from 'playwright-core'
import { describe, expect, inject } from 'vitest'
import { type Actor, type Stage, story } from './stage.ts'

const kilobyte = 1024
type Weight = { path: string; gz: number }
type Load = { page: string; js: Weight[]; css: Weight[]; shift: number; largestMs: number }

/** A page with an empty cache, from its address to quiet: what came over the wire, what moved, when the largest part stood. */
async function load(stage: Stage, name: string, path: string): Promise<Load> {
  const actor = await stage.open('leo', '/healthz')
  await actor.page.addInitScript(watchPaint)
  const replies: Response[] = []
  actor.page.on('response', (response) => replies.push(response))
  await actor.go(path)
  await actor.page.waitForTimeout(500)
  await actor.settled()
  const weigh = async (ending: string): Promise<Weight[]> =>
    Promise.all(
      replies
        .filter((reply) => new URL(reply.url()).pathname.endsWith(ending))
        .map(async (reply) => ({
          path: new URL(reply.url()).pathname.replace('/assets/', ''),
          // what a server without Brotli would send; the budget is in gzip
          gz: gzipSync(await reply.body(), { level: 9 }).length,
        })),
    )
  return { page: name, js: await weigh('.js'), css: await weigh('.css'), ...(await painted(actor)) }
}

/** Runs in the page before anything else: layout shifts that nobody caused, and the largest paint. */
const watchPaint = () => {
  const seen = { shift: 0, largestMs: 0 }
  Object.assign(globalThis, { seen })
  type Shift = PerformanceEntry & { value: number; hadRecentInput: boolean }
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as Shift[]) if (!entry.hadRecentInput) seen.shift += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.largestMs = entry.startTime
  }).observe({ type: 'largest-contentful-paint', buffered: true })
}
const painted = ({ page }: Actor) =>
  page.evaluate(() => (globalThis as unknown as { seen: { shift: number; largestMs: number } }).seen)

const sum = (weights: readonly Weight[]) => weights.reduce((total, { gz }) => total + gz, 0)
const kb = (bytes: number) => (bytes / kilobyte).toFixed(1)

describe('budget', () => {
  story(
    'the first load stays under 160 KB of JavaScript, no chunk is over 150 KB, and nothing jumps',
    async (stage) => {
      const loads: Load[] = []
      for (const [name, path] of [
        ['home', '/'],
        ['marketplace', '/products'],
        ['product', '/products/flight-operations/flights-fact'],
        ['pipelines', '/runs'],
        ['SQL workbench', '/sql'],
        ['domain map', '/map'],
        ['lineage', '/lineage?focus=flight-operations/flights-fact'],
      ] as const)
        loads.push(await load(stage, name, path))
      const table = [
        '| Page | JS, gz KB | CSS, gz KB | Layout shift | Largest paint, ms |',
        '| --- | --- | --- | --- | --- |',
        ...loads.map(
          ({ page, js, css, shift, largestMs }) =>
            `| ${page} | ${kb(sum(js))} | ${kb(sum(css))} | ${shift.toFixed(4)} | ${Math.round(largestMs)} |`,
        ),
      ].join('\n')
      console.log(table)
      const failures = inject('theatre')?.failures
      if (failures) writeFileSync(join(failures, 'budget.md'), `${table}\n`)

      // where people arrive; the others bring their own part (a graph, an editor) on top
      for (const arrival of ['home', 'marketplace', 'product']) {
        const js = sum(loads.find(({ page }) => page === arrival)?.js ?? [])
        expect(js, arrival).toBeGreaterThan(0)
        expect(js, arrival).toBeLessThanOrEqual(160 * kilobyte)
      }
      expect(loads.flatMap(({ js }) => js).filter(({ gz }) => gz > 150 * kilobyte)).toEqual([])
      expect(loads.filter(({ shift }) => shift >= 0.02).map(({ page, shift }) => `${page}: ${shift}`)).toEqual([])
    },
    120_000,
  )
})
