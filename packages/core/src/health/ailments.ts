import type { Ailment } from '../api/routes/governance.ts'
import type { HealthFacts, ProductFacts } from './facts.ts'

/** Bounds of the rules; each stands in docs/guide/mesh-health.md. */
export const bounds = {
  /** A product younger than this is not called unused. */
  settlingDays: 30,
  /** One team owning more than this share of at least so many products. */
  oneTeamShare: 0.5,
  oneTeamProducts: 6,
  /** So much of a product is a copy. */
  copyShare: 0.8,
  /** A domain of at least so many products of which more than this share is read by nobody else. */
  unreadProducts: 5,
  unreadShare: 0.6,
  /** Nothing measured for so long. */
  uncheckedDays: 30,
  /** A waiver that was given again so often, or holds longer than so many days, is a rule by another name. */
  waiverTimes: 3,
  waiverDays: 365,
} as const

const dayMs = 86_400_000
const domainOf = (product: string): string => product.slice(0, product.indexOf('/'))

/**
 * Anti-patterns of data mesh found in the catalogue, the gravest first; each with the figures it was computed from and what to do.
 * `sound`: what was looked for and not found. Rule: docs/guide/mesh-health.md
 */
export const ailmentsOf = (facts: HealthFacts): { ailments: Ailment[]; sound: string[] } => {
  const found = rules.map((rule) => ({ rule, ailments: rule.look(facts) }))
  return {
    ailments: found
      .flatMap(({ ailments }) => ailments)
      .sort((a, b) => grave.indexOf(a.severity) - grave.indexOf(b.severity) || (a.id < b.id ? -1 : 1)),
    sound: found.filter(({ ailments }) => ailments.length === 0).map(({ rule }) => rule.sound),
  }
}

const grave: readonly Ailment['severity'][] = ['high', 'medium', 'low']

type Rule = { sound: string; look: (facts: HealthFacts) => Ailment[] }

const alive = ({ products }: HealthFacts): ProductFacts[] =>
  products.filter(({ status }) => status !== 'draft' && status !== 'retired')
const daysSince = (at: Date, now: Date): number => Math.floor((now.getTime() - at.getTime()) / dayMs)
const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`)
const listed = (names: readonly string[]): string =>
  names.length <= 5 ? names.join(', ') : `${names.slice(0, 4).join(', ')} and ${names.length - 4} more`
const percent = (share: number): string => `${Math.round(share * 100)} %`

const unused: Rule = {
  sound: 'every product that is old enough is read by somebody',
  look: (facts) => {
    const idle = alive(facts).filter(
      (product) =>
        product.publishedAt !== null &&
        daysSince(product.createdAt, facts.now) >= bounds.settlingDays &&
        product.readers === 0 &&
        product.consumers.length === 0,
    )
    return some(idle, {
      id: 'unused-products',
      title: `${count(idle, 'product')} nobody uses`,
      severity: 'medium',
      evidence: (product) =>
        `${product.id}: ${product.reads} reads in 30 days, none from outside of ${product.domain}; no product reads it; registered ${days(daysSince(product.createdAt, facts.now))} ago`,
      fix: 'Ask who it was made for. If nobody needs it, deprecate it; if they do not know of it, describe it and name them in its documentation.',
    })
  },
}

const unowned: Rule = {
  sound: 'every product has an owner',
  look: (facts) => {
    const teams = new Set(facts.domains.map(({ team }) => team))
    const found = alive(facts).filter(({ owner }) => owner.trim() === '')
    return some(found, {
      id: 'without-owner',
      title: `${count(found, 'product')} without an owner`,
      severity: 'high',
      evidence: (product) =>
        `${product.id}: metadata.owner is empty; its domain belongs to ${teamOf(product, facts) ?? listed([...teams])}`,
      fix: 'Write the team that answers for it into metadata.owner.',
    })
  },
}

const undocumented: Rule = {
  sound: 'every product is described and documented',
  look: (facts) => {
    const found = alive(facts).filter(({ description, documented }) => description.trim() === '' || !documented)
    return some(found, {
      id: 'without-docs',
      title: `${count(found, 'product')} without docs`,
      severity: 'low',
      evidence: ({ id, description, documented }) =>
        `${id}: ${[description.trim() === '' ? 'no description' : '', documented ? '' : 'no page and no link'].filter(Boolean).join(', ')}`,
      fix: 'Say in metadata.description what one row is; put a README.md beside the manifest and name it in spec.documentation.',
    })
  },
}

const oneTeam: Rule = {
  sound: 'no team owns most of the mesh',
  look: (facts) => {
    const all = alive(facts)
    if (all.length < bounds.oneTeamProducts || facts.domains.length < 2) return []
    return [...grouped(all, ({ owner }) => owner)]
      .filter(([owner, owned]) => owner !== '' && owned.length / all.length > bounds.oneTeamShare)
      .map(([owner, owned]) => ({
        id: `one-team-owns-everything:${owner}`,
        title: `${owner} owns ${percent(owned.length / all.length)} of all products`,
        severity: 'high' as const,
        subjects: [owner, ...owned.map(({ id }) => id)],
        evidence: [
          `${owned.length} of ${all.length} products, in ${grouped(owned, ({ domain }) => domain).size} domains: ${listed(owned.map(({ id }) => id))}`,
        ],
        fix: 'Hand each product to the team that knows the business behind it: a central team that owns everything is the old data team.',
      }))
  },
}

const copies: Rule = {
  sound: 'no product is a copy of another domain',
  look: (facts) => {
    const found = alive(facts).flatMap((product) =>
      product.copies
        .filter(
          ({ from, columns }) =>
            domainOf(from) !== product.domain && product.columns > 0 && columns / product.columns >= bounds.copyShare,
        )
        .map((copy) => ({ ...product, copy })),
    )
    return some(found, {
      id: 'copies',
      title: `${count(found, 'product')} that copy another domain's data`,
      severity: 'medium',
      evidence: ({ id, copy, columns }) =>
        `${id}: ${copy.columns} of its ${columns} columns are plain copies from ${copy.from}`,
      fix: 'Let consumers read the original; keep the product only if it adds something, and then publish what it adds.',
    })
  },
}

const undeclared: Rule = {
  sound: 'every dependency is declared',
  look: (facts) => {
    const found = alive(facts).flatMap((product) => {
      const hidden = product.builtFrom.filter((from) => from !== product.id && !product.inputs.includes(from))
      return hidden.length === 0 ? [] : [{ ...product, hidden }]
    })
    return some(found, {
      id: 'undeclared-dependencies',
      title: `${count(found, 'product')} with undeclared dependencies`,
      severity: 'high',
      evidence: ({ id, hidden }) =>
        `${id}: its build reads columns of ${listed(hidden)}, its input ports do not name ${hidden.length === 1 ? 'it' : 'them'}`,
      fix: 'Add an input port for each: owners cannot warn readers they do not know of.',
    })
  },
}

const unchecked: Rule = {
  sound: 'every contract is checked',
  look: (facts) => {
    const found = alive(facts).filter(
      (product) =>
        product.checks === 0 ||
        product.checkedAt === null ||
        daysSince(product.checkedAt, facts.now) >= bounds.uncheckedDays,
    )
    return some(found, {
      id: 'unchecked-contracts',
      title: `${count(found, 'contract')} nobody checks`,
      severity: 'medium',
      evidence: ({ id, checks, levels, checkedAt }) =>
        `${id}: ${checks} rules, ${levels} promised levels, ${checkedAt === null ? 'never measured' : `last measured ${days(daysSince(checkedAt, facts.now))} ago`}`,
      fix: 'Write rules into spec.quality_checks and publish on a schedule: a promise that nobody measures is none.',
    })
  },
}

const onlyConsumes: Rule = {
  sound: 'every domain that reads gives something back',
  look: (facts) => {
    const all = alive(facts)
    const byDomain = grouped(all, ({ domain }) => domain)
    return facts.domains.flatMap(({ name, team }): Ailment[] => {
      const own = byDomain.get(name) ?? []
      const taken = new Set(own.flatMap(({ inputs }) => inputs).filter((from) => domainOf(from) !== name))
      const given = own.filter(
        ({ readers, consumers }) => readers > 0 || consumers.some((consumer) => domainOf(consumer) !== name),
      )
      if (taken.size === 0 || given.length > 0 || own.every(({ alignment }) => alignment === 'consumer-aligned'))
        return []
      return [
        {
          id: `only-consumes:${name}`,
          title: `Domain ${name} only consumes`,
          severity: 'low',
          subjects: [name, ...own.map(({ id }) => id)],
          evidence: [
            `it reads ${taken.size} products of other domains: ${listed([...taken])}`,
            `none of its ${own.length} products is read outside of it`,
          ],
          fix: `Ask ${team} what it knows that others need, and publish that as a source-aligned product.`,
        },
      ]
    })
  },
}

const everything: Rule = {
  sound: 'products are few enough to be meant',
  look: (facts) =>
    [...grouped(alive(facts), ({ domain }) => domain)].flatMap(([domain, own]): Ailment[] => {
      const settled = own.filter(({ createdAt }) => daysSince(createdAt, facts.now) >= bounds.settlingDays)
      const unread = settled.filter(({ readers, consumers }) => readers === 0 && consumers.length === 0)
      if (settled.length < bounds.unreadProducts || unread.length / settled.length <= bounds.unreadShare) return []
      return [
        {
          id: `everything-is-a-product:${domain}`,
          title: `In ${domain} everything is a product`,
          severity: 'medium',
          subjects: [domain, ...unread.map(({ id }) => id)],
          evidence: [
            `${unread.length} of its ${settled.length} products are read by nobody: ${listed(unread.map(({ id }) => id))}`,
          ],
          fix: 'Keep as products what somebody outside asks for; make the rest models inside of them.',
        },
      ]
    }),
}

const staleWaivers: Rule = {
  sound: 'no waiver has grown stale',
  look: ({ waivers, now }) => {
    const found = waivers.flatMap((waiver) => {
      const because = staleBecause(waiver, now)
      return because === null ? [] : [{ ...waiver, because }]
    })
    if (found.length === 0) return []
    return [
      {
        id: 'stale-waivers',
        title: `${count(found, 'waiver')} gone stale`,
        severity: 'medium',
        subjects: [...new Set(found.map(({ product }) => product))],
        evidence: found.map(
          ({ policy, product, owner, because }) => `${policy} for ${product}, owned by ${owner}: ${because}`,
        ),
        fix: 'End those that excuse nothing; mend the product where an exception was given again and again, or change the policy.',
      },
    ]
  },
}

const staleBecause = (waiver: HealthFacts['waivers'][number], now: Date): string | null => {
  if (waiver.until <= now)
    return waiver.needed ? `it ended ${days(daysSince(waiver.until, now))} ago and the policy still hits` : null
  if (!waiver.needed) return 'nothing is left for it to excuse'
  if (waiver.times >= bounds.waiverTimes) return `it was given ${waiver.times} times`
  const held = daysSince(waiver.grantedAt, waiver.until)
  return held > bounds.waiverDays ? `it holds for ${days(held)}` : null
}

const rules: readonly Rule[] = [
  unowned,
  undeclared,
  oneTeam,
  unused,
  copies,
  unchecked,
  everything,
  staleWaivers,
  undocumented,
  onlyConsumes,
]

const some = <P extends { id: string }>(
  found: readonly P[],
  about: Pick<Ailment, 'id' | 'title' | 'severity' | 'fix'> & { evidence: (each: P) => string },
): Ailment[] =>
  found.length === 0
    ? []
    : [{ ...about, subjects: [...new Set(found.map(({ id }) => id))], evidence: found.map(about.evidence) }]

const count = (found: readonly unknown[], what: string): string =>
  `${found.length} ${what}${found.length === 1 ? '' : 's'}`
const teamOf = ({ domain }: ProductFacts, { domains }: HealthFacts): string | undefined =>
  domains.find(({ name }) => name === domain)?.team

const grouped = <V>(values: readonly V[], keyOf: (value: V) => string): Map<string, V[]> => {
  const groups = new Map<string, V[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group) group.push(value)
    else groups.set(key, [value])
  }
  return groups
}
