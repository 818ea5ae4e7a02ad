/** What the health of the mesh is computed from; whoever asks loads it. Only products that the asker may find. */
export type HealthFacts = {
  now: Date
  domains: readonly { name: string; team: string }[]
  products: readonly ProductFacts[]
  waivers: readonly {
    id: string
    policy: string
    product: string
    owner: string
    grantedAt: Date
    until: Date
    /** The policy would still hit without it. */
    needed: boolean
    /** How often the same exception was given. */
    times: number
  }[]
}

export type ProductFacts = {
  id: string
  domain: string
  owner: string
  description: string
  /** Readme, links, documentation. */
  documented: boolean
  status: string
  alignment: string | null
  createdAt: Date
  /** Null: never published. */
  publishedAt: Date | null
  columns: number
  rows: number | null
  /** Principals that read it in the last 30 days, its own domain left out, and all reads by anybody. */
  readers: number
  reads: number
  /** Products that declare it as an input. */
  consumers: readonly string[]
  /** Products that it declares as inputs. */
  inputs: readonly string[]
  /** Products whose columns its newest build has read, as lineage found them. */
  builtFrom: readonly string[]
  /** Per product of another domain: how many of its columns are plain copies from there. */
  copies: readonly { from: string; columns: number }[]
  /** Rules about its data and promised levels, and when something last measured them. */
  checks: number
  levels: number
  checkedAt: Date | null
}
