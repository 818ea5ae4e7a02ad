// Every page as a picture, in both themes: npm run pictures [name …]
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { root } from '../running.ts'
import { chromiumPath, contextOf, missing, openChromium } from './chromium.ts'
import { startLivedMesh } from './lived.ts'
import type { Name, PortalMesh } from './mesh.ts'
import { tabs } from './pages.ts'
import { type Watched, watch } from './watched.ts'

type Picture = {
  name: string
  who: Name | null
  path: string | ((mesh: PortalMesh) => Promise<string>)
  /** What is done before the picture is taken. */
  act?: (watched: Watched) => Promise<void>
}

const flights = '/products/flight-operations/flights-fact'
const newestRun = (state: 'succeeded' | 'failed') => async (mesh: PortalMesh) => {
  const { runs } = await mesh.client('rosa').call('listRuns', {
    query: { product: 'flight-operations/flights-fact', state, limit: 1 },
  })
  return `/runs/${runs[0]?.id}`
}
const delay = 'passenger-insight/delay-report%23delay_report.mean_delay_minutes'

const pictures: readonly Picture[] = [
  { name: 'sign-in', who: null, path: '/sign-in' },
  { name: 'home', who: 'rosa', path: '/' },
  { name: 'marketplace', who: 'samuel', path: '/products' },
  { name: 'marketplace-search', who: 'leo', path: '/products?q=delay' },
  { name: 'marketplace-rows', who: 'samuel', path: '/products?view=rows' },
  ...tabs.map((tab) => ({
    name: `product-${tab}`,
    who: 'rosa' as const,
    path: tab === 'overview' ? flights : `${flights}?tab=${tab}`,
  })),
  { name: 'product-consumer-overview', who: 'vera', path: '/products/safety/bird-strikes' },
  {
    name: 'access-request',
    who: 'samuel',
    path: '/products/safety/bird-strikes?dialog=access',
    act: async ({ page }) => page.getByRole('dialog').waitFor(),
  },
  { name: 'domain-map', who: 'leo', path: '/map' },
  { name: 'domain-map-selected', who: 'leo', path: '/map?sel=flight-operations/flights-fact' },
  { name: 'domain-map-health', who: 'leo', path: '/map?by=health' },
  { name: 'lineage', who: 'leo', path: '/lineage?focus=passenger-insight/delay-report&depth=6' },
  {
    name: 'lineage-columns',
    who: 'leo',
    path: `/lineage?focus=passenger-insight/delay-report&level=columns&depth=6&traced=yes&column=${delay}`,
  },
  {
    name: 'workbench',
    who: 'leo',
    path: async (mesh) => {
      const { saved } = await mesh.client('leo').call('listSavedQueries')
      return `/sql?q=${saved[0]?.id}`
    },
    act: async ({ page, settled }) => {
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      await page.getByRole('grid').waitFor()
      await page.getByRole('tab', { name: 'Both' }).click()
      await settled()
    },
  },
  { name: 'pipelines', who: 'rosa', path: '/runs?range=30d' },
  { name: 'run-finished', who: 'rosa', path: newestRun('succeeded') },
  { name: 'run-failed', who: 'rosa', path: newestRun('failed') },
  { name: 'domain', who: 'rosa', path: '/domains/flight-operations' },
  { name: 'access', who: 'leo', path: '/access' },
  {
    name: 'access-conditions',
    who: 'leo',
    path: '/access',
    act: async ({ page, settled }) => {
      await page.getByRole('button', { name: 'Conditions and history: Crew injuries' }).click()
      await settled()
    },
  },
  { name: 'access-inbox', who: 'amara', path: '/access?box=inbox' },
  {
    name: 'access-approval',
    who: 'priya',
    path: '/access?box=inbox',
    act: async ({ page, settled }) => {
      const asked = page.getByRole('region', { name: /asks for Crew injuries/ })
      await asked.getByRole('button', { name: 'Narrow' }).click()
      await asked.getByRole('button', { name: 'Hide a column' }).click()
      await asked.getByRole('textbox', { name: 'Only rows where' }).fill('days_off > 7')
      await asked.getByText(/^Understood as/).waitFor()
      await settled()
    },
  },
  { name: 'access-explain', who: 'leo', path: '/access?box=explain&product=safety/crew-injuries' },
  { name: 'cart', who: 'samuel', path: '/products?q=crew', act: fillCart },
  {
    name: 'masked-rows',
    who: 'leo',
    path: '/sql?product=safety/crew-injuries',
    act: async ({ page, settled }) => {
      await page.getByRole('button', { name: 'Run', exact: true }).click()
      await page.getByRole('grid').waitFor()
      await settled()
    },
  },
  { name: 'audit', who: 'admin', path: '/audit' },
  {
    name: 'audit-entry',
    who: 'admin',
    path: '/audit?action=access.',
    act: async ({ page, settled }) => {
      await page
        .getByRole('button', { name: /^Entry/ })
        .first()
        .click()
      await settled()
    },
  },
  { name: 'governance', who: 'admin', path: '/governance' },
  { name: 'violations', who: 'admin', path: '/governance?tab=violations' },
  { name: 'waivers', who: 'admin', path: '/governance?tab=waivers' },
  { name: 'classification', who: 'rosa', path: '/governance?tab=classification' },
  { name: 'mesh-health', who: 'leo', path: '/governance?tab=health' },
  { name: 'policies', who: 'admin', path: '/policies' },
  { name: 'policy', who: 'admin', path: '/policies/global/personal-data-protected' },
  {
    name: 'policy-switch',
    who: 'admin',
    path: '/policies/global/columns-described',
    act: async ({ page, settled }) => {
      await page.getByRole('button', { name: 'Switch mode' }).click()
      await page.getByRole('dialog').waitFor()
      await settled()
    },
  },
  {
    name: 'playground',
    who: 'admin',
    path: '/playground?policy=global/columns-described&product=flight-operations/flights-fact',
    act: async ({ page }) => page.getByText('Not compliant').waitFor(),
  },
  { name: 'settings', who: 'rosa', path: '/settings' },
  { name: 'settings-members', who: 'admin', path: '/settings?tab=members' },
  { name: 'new-product', who: 'rosa', path: '/new', act: propose },
  {
    name: 'command-palette',
    who: 'leo',
    path: flights,
    act: async ({ page, settled }) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog', { name: 'Command palette' }).waitFor()
      await page.keyboard.type('delay')
      await page.getByRole('group', { name: 'Columns' }).waitFor()
      await settled()
    },
  },
  { name: 'run-live', who: 'rosa', path: '/', act: watchRun },
]

/** Two products gathered on their cards, and a purpose written. */
async function fillCart({ page, settled }: Watched): Promise<void> {
  for (const name of ['Crew injuries', 'Crew leave'])
    await page.getByRole('button', { name: `Add to request: ${name}` }).click()
  await page.getByRole('link', { name: /^Your request/ }).click()
  await page.getByRole('textbox', { name: 'Purpose' }).fill('Costs of absence by base, for the report of the quarter')
  await settled()
}

/** The second step of the wizard, over a small file. */
async function propose({ page, settled }: Watched): Promise<void> {
  const rows = Array.from(
    { length: 200 },
    (_, i) => `${1000 + i},Crew ${i},crew${i}@example.org,${i % 2 ? 'SEA' : 'DEN'},${(i * 37) % 900}`,
  )
  const buffer = Buffer.from(`crew_id,full_name,email,base,hours_flown\n${rows.join('\n')}\n`)
  await page.getByLabel('Sample file').setInputFiles({ name: 'crew-members.csv', mimeType: 'text/csv', buffer })
  await page.getByText('crew-members.csv').first().waitFor()
  await page.getByRole('button', { name: 'Propose the product' }).click()
  await page.getByRole('region', { name: 'Proposed columns' }).waitFor()
  await settled()
}

/** A publish of everything anew, while it builds. */
async function watchRun({ page }: Watched): Promise<void> {
  const id = await page.evaluate(async () => {
    const reply = await fetch('/api/v1/products/flight-operations/flights-fact/runs', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fullRefresh: true }),
    })
    return ((await reply.json()) as { id: string }).id
  })
  await page.goto(`/runs/${id}`)
  await page.getByText('Running:').first().waitFor({ state: 'attached' })
  await page.waitForTimeout(350)
}

async function take(browser: Browser, mesh: PortalMesh, picture: Picture, theme: 'light' | 'dark'): Promise<void> {
  const context = await contextOf(browser, mesh, picture.who, { theme })
  try {
    const watched = watch(await context.newPage())
    await watched.page.goto(typeof picture.path === 'string' ? picture.path : await picture.path(mesh))
    await watched.settled()
    await picture.act?.(watched)
    if (picture.act !== watchRun) await watched.settled()
    const file = join(root, 'docs', 'images', `${picture.name}-${theme}.png`)
    writeFileSync(file, await watched.page.screenshot({ scale: 'css', caret: 'hide' }))
    console.log(`${picture.name}-${theme}.png  ${Math.round(statSync(file).size / 1024)} KB`)
    // a picture of a page that broke is none
    if (watched.noise.length === 0) return
    console.error(watched.noise.join('\n'))
    process.exitCode = 1
  } finally {
    await context.close()
  }
}

const path = chromiumPath()
if (path === null) {
  console.error(missing)
  process.exit(2)
}
const wanted = process.argv.slice(2)
const chosen = pictures.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
mkdirSync(join(root, 'docs', 'images'), { recursive: true })
const mesh = await startLivedMesh((line) => console.log(line))
try {
  const browser = await openChromium(path)
  try {
    for (const picture of chosen)
      for (const theme of ['light', 'dark'] as const) await take(browser, mesh, picture, theme)
  } finally {
    await browser.close()
  }
} finally {
  await mesh.stop()
}
