import type { Step } from '@datamesh/core'
import type { Store } from '../store/index.ts'
import type { CatalogCache } from './cache.ts'

/** What the catalogue needs; assembled once in main.ts. */
export type CatalogDeps = {
  store: Pick<Store, 'db' | 'listen'>
  cache: CatalogCache
  now(): Date
  /** A new id that sorts by time: `snap_…`, `run_…`. */
  newId(kind: string): string
  /** What is made outside the state when a port is provisioned. Absent: nothing. */
  provision?: Provision
  /** Folder of the sample files that people bring. Absent: nobody can. */
  uploads?: string
}

/** Makes what one step needs and returns how to undo it. A throw stops the apply and everything before it is undone. */
type Provision = (step: Step) => Promise<() => Promise<void>>

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** 48 bits of time, 50 of chance, in Crockford's base 32: later ids sort after earlier ones. */
export const timeOrderedId = (kind: string, now: Date, random: (max: number) => number): string => {
  let time = now.getTime()
  let head = ''
  for (let i = 0; i < 10; i++) {
    head = alphabet[time % 32] + head
    time = Math.floor(time / 32)
  }
  const tail = Array.from({ length: 10 }, () => alphabet[random(32)]).join('')
  return `${kind}_${head}${tail}`
}
