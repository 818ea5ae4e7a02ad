import type { Page, Request } from 'playwright-core'

/** Live streams stay open as long as their page. */
const isStream = (request: Request) => /\/api\/v1\/(events|runs\/[^/]+\/events)(\?|$)/.test(request.url())
/** What a browser says when a page goes away while it still loads. */
const isLeft = (request: Request) => /ERR_ABORTED/.test(request.failure()?.errorText ?? '')

export type Watched = {
  page: Page
  /** What the console said, for the folder of a failure. */
  log: readonly string[]
  /** What no page may have: errors in the console, errors of scripts, requests that failed. */
  noise: readonly string[]
  /** Refusals that belong to the story: their status and the end of the address. */
  allow(pattern: RegExp): void
  /** Nothing is on its way, nothing is a grey shape any more. */
  settled(): Promise<void>
}

/** Listens to a page from its first request. */
export function watch(page: Page): Watched {
  const log: string[] = []
  const noise: string[] = []
  // a profile is made after the publish; until then the pages look again
  const allowed: RegExp[] = [/^404: GET .*\/profile/]
  const onItsWay = new Set<Request>()
  let quietSince = Date.now()
  const tell = (line: string, bad: boolean) => {
    log.push(line)
    if (bad && !allowed.some((pattern) => pattern.test(line))) noise.push(line)
  }
  page.on('console', (message) => {
    const line = `console ${message.type()}: ${message.text()} (${message.location().url})`
    // an answer of 400 and more is told by the response itself
    tell(line, message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
  })
  page.on('pageerror', (error) => tell(`page error: ${error.stack ?? error.message}`, true))
  page.on('request', (request) => {
    if (!isStream(request)) onItsWay.add(request)
  })
  const over = (request: Request) => {
    onItsWay.delete(request)
    quietSince = Date.now()
  }
  page.on('requestfinished', over)
  page.on('requestfailed', (request) => {
    over(request)
    const why = request.failure()?.errorText
    tell(`failed: ${request.method()} ${request.url()} ${why}`, !isLeft(request) && !isStream(request))
  })
  page.on('response', (response) => {
    if (response.status() >= 400) tell(`${response.status()}: ${response.request().method()} ${response.url()}`, true)
  })
  page.on('framenavigated', (frame) => {
    // what the page before asked for is not waited for
    if (frame === page.mainFrame()) for (const request of onItsWay) if (isLeft(request)) onItsWay.delete(request)
  })
  return {
    page,
    log,
    noise,
    allow: (pattern) => void allowed.push(pattern),
    async settled() {
      for (const until = Date.now() + 30_000; ; ) {
        const grey = await page.evaluate(
          () =>
            document.querySelector('[aria-busy=true]') !== null ||
            [...document.querySelectorAll('.shimmer')].some(
              (shape) => !shape.parentElement?.closest('[aria-hidden=true]'),
            ),
        )
        if (!grey && onItsWay.size === 0 && Date.now() - quietSince > 150) break
        if (Date.now() > until) {
          const waiting = [...onItsWay].map((request) => request.url())
          throw new Error(`the page did not settle; ${grey ? 'grey shapes; ' : ''}on its way: ${waiting.join(' ')}`)
        }
        await page.waitForTimeout(40)
      }
      await page.evaluate(async () => {
        await document.fonts.ready
        await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))
      })
    },
  }
}
