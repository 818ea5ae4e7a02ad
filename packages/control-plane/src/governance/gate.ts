import {
  blockingIssues,
  type DataProduct,
  type Domain,
  type FactSources,
  factsOfManifest,
  type Issue,
  type Report,
  scopedOf,
  type Verdict,
  verdictOf,
  type Written,
  writtenAmong,
} from '@datamesh/core'
import type { PolicyQuestion, PolicyVerdicts } from '../catalog/index.ts'
import type { GovernanceDeps } from './deps.ts'
import { type Known, knownProducts, neighboursNamed, releasesAs } from './facts.ts'
import { askedAt, judgeAll, stored } from './judging.ts'
import { liveExcuses } from './waived.ts'

/** What stands in the way of a plan, an apply or a publish. Nothing here is stored: the release may never be. */
export const passGate = async (asked: PolicyQuestion, deps: GovernanceDeps): Promise<PolicyVerdicts> => {
  const policies = askedAt(await deps.policies.all(), asked.moment)
  if (policies.length === 0) return { verdicts: [], blocking: [] }
  const written = asked.written ?? writtenAmong(asked.files)
  const known = await knownAs(asked, written, deps)
  const [judged = []] = await judgeAll([{ id: asked.product.id, known }], policies, deps)
  const now = deps.now()
  const excuses = await liveExcuses({ products: [asked.product.id], now }, deps.store.db)
  const placeOf = written?.placeOf ?? (() => null)
  const verdicts: Verdict[] = judged.map((each) =>
    verdictOf(each.policy, asked.product.id, stored(each, placeOf), excuses, now),
  )
  const blocking: Issue[] = blockingIssues(
    verdicts,
    judged.map(({ policy }) => policy),
  )
  return { verdicts, blocking }
}

/** A product as it would be: what is registered of it, under the manifest that is proposed. */
const knownAs = async (asked: PolicyQuestion, written: Written | null, deps: GovernanceDeps): Promise<Known> => {
  const { product, moment } = asked
  const { db } = deps.store
  const now = deps.now()
  const registered = (await knownProducts([product.id], moment, deps)).get(product.id)
  const base: FactSources = registered?.sources ?? factsOfManifest(product, now)
  const domain = await db
    .selectFrom('domain')
    .select('definition')
    .where('name', '=', product.domain)
    .executeTakeFirst()
  const proposed = moment === 'publish' ? null : await beforeOf(asked, deps)
  return {
    written: written?.value ?? {},
    scoped: scopedOf(product, (domain?.definition as Domain | undefined) ?? null),
    seen: '',
    sources: {
      ...base,
      moment,
      now,
      product,
      previous: proposed === null ? base.previous : proposed.previous,
      upstream: moment === 'publish' ? base.upstream : await neighboursNamed(inputsOf(product), product.domain, db),
      report: asked.report === undefined ? base.report : withoutSamples(asked.report),
    },
  }
}

/** What the proposed release is compared with: the current one, which may be itself. */
const beforeOf = async ({ product, current }: PolicyQuestion, deps: GovernanceDeps) => {
  if (current === null) return { previous: null }
  const found = await releasesAs([{ product: product.id, version: current }], deps.store.db)
  return { previous: found.get(`${product.id} ${current}`) ?? null }
}

const inputsOf = (product: DataProduct): string[] =>
  product.inputPorts.flatMap(({ source }) => (source.from === 'product' ? [source.product] : []))

const withoutSamples = (report: Report): FactSources['report'] => ({
  passed: report.passed,
  checks: report.checks.map((check) => ({ ...check, samples: [] })),
})
