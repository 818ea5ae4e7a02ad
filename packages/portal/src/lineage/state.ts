import { createContext, useContext } from 'react'
import type { Infos } from './model.ts'
import type { Trace } from './trace.ts'

export type Level = 'domains' | 'products' | 'columns'

/** What is shown; on the page it stands in the address, on a product's tab beside it. */
export type State = {
  /** A product id; at the level of domains also a domain's name. */
  focus: string | null
  level: Level
  depth: number
  /** A column's full name, or its short name in the focus. */
  column: string | null
  list: boolean
  /** Only what lies on the way of the chosen column. */
  traced: boolean
  /** Also filters, joins and groupings. */
  indirect: boolean
  impact: boolean
}
export type Change = (change: Partial<State>) => void

/** What nodes need and what must not make their data new: choosing a column redraws rows, not the graph. */
export type Here = {
  infos: Infos
  focus: string | null
  trace: Trace | null
  chosen: string | null
  pick: (column: string) => void
  setFocus: (id: string) => void
  open: (id: string) => void
  toggle: (id: string) => void
}
export const HereContext = createContext<Here | null>(null)
export const useHere = (): Here => {
  const here = useContext(HereContext)
  if (!here) throw new Error('a lineage node stands outside of its graph')
  return here
}
