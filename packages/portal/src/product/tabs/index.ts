import { type ComponentType, lazy } from 'react'
import type { Reply } from '../../api/index.ts'
import type { ProductTab } from '../../shell/search.ts'

type Tab = ComponentType<{ product: Reply<'getProduct'> }>

/** Each tab is a chunk of its own, loaded when it is opened or pointed at. */
export const loaders: Readonly<Record<ProductTab, () => Promise<{ default: Tab }>>> = {
  overview: () => import('./overview.tsx').then(({ Overview }) => ({ default: Overview })),
  schema: () => import('./schema.tsx').then(({ Schema }) => ({ default: Schema })),
  contract: () => import('./contract.tsx').then(({ Contract }) => ({ default: Contract })),
  ports: () => import('./ports.tsx').then(({ Ports }) => ({ default: Ports })),
  quality: () => import('./quality.tsx').then(({ Quality }) => ({ default: Quality })),
  slo: () => import('./slo.tsx').then(({ Slo }) => ({ default: Slo })),
  lineage: () => import('./lineage.tsx').then(({ ProductLineage }) => ({ default: ProductLineage })),
  samples: () => import('./samples.tsx').then(({ Samples }) => ({ default: Samples })),
  versions: () => import('./versions.tsx').then(({ Versions }) => ({ default: Versions })),
  policies: () => import('./policies.tsx').then(({ Policies }) => ({ default: Policies })),
  consumers: () => import('./consumers.tsx').then(({ Consumers }) => ({ default: Consumers })),
  runs: () => import('./runs.tsx').then(({ Runs }) => ({ default: Runs })),
}

export const panels = Object.fromEntries(
  Object.entries(loaders).map(([name, load]) => [name, lazy(load)]),
) as unknown as Readonly<Record<ProductTab, Tab>>
