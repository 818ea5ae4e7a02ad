import { quoteIdent } from '@datamesh/core'
import type { DuckDBConnection } from '@duckdb/node-api'
import { rowsOf } from '../compute/index.ts'
import type { Keeper } from './keep.ts'
import type { CompiledModel, PlannedModel } from './project.ts'

type Bench = {
  connection: DuckDBConnection
  keeper: Keeper
  /** Computed only when a model that is built reads it: where others are taken over, that may be none. */
  lazy: boolean
}

type Made = { name: string; sql: string; key: string | null; is: 'table' | 'view' | 'waiting' | 'taken' }

/** Models that are no published table: views, and tables that several others read. They live as long as the build. */
export class InnerTables {
  readonly #bench: Bench
  readonly #made: Made[] = []

  constructor(bench: Bench) {
    this.#bench = bench
  }

  /** Makes the relation of a model. */
  async make(model: CompiledModel, key: string | null, kind: 'table' | 'view'): Promise<Told> {
    const { connection, keeper, lazy } = this.#bench
    const { name, sql } = model
    const relation = quoteIdent(name)
    const taken = kind === 'table' && key !== null ? await keeper.takeInner(key) : null
    if (taken) {
      await connection.run(`create view ${relation} as ${taken.made.sql}`)
      this.#made.push({ name, sql, key, is: 'taken' })
      return { rows: taken.made.rows, takenFrom: taken.from }
    }
    if (kind === 'view' || lazy) {
      await connection.run(`create view ${relation} as ${sql}`)
      this.#made.push({ name, sql, key, is: kind === 'view' ? 'view' : 'waiting' })
      return {}
    }
    await this.needed(sql)
    await connection.run(`create table ${relation} as ${sql}`)
    this.#made.push({ name, sql, key, is: 'table' })
    const [count] = await rowsOf(connection, `select count(*) as n from ${relation}`)
    return { rows: Number(count?.n ?? 0) }
  }

  /** Computes what a SELECT reads and what still waits to be computed, through views too. */
  async needed(sql: string, before = this.#made.length): Promise<void> {
    if (!this.#bench.lazy) return
    for (const [i, each] of this.#made.slice(0, before).entries()) {
      if (!names(sql, each.name) || each.is === 'table' || each.is === 'taken') continue
      await this.needed(each.sql, i)
      if (each.is === 'view') continue
      const relation = quoteIdent(each.name)
      await this.#bench.connection.run(`drop view ${relation}`)
      await this.#bench.connection.run(`create table ${relation} as ${each.sql}`)
      each.is = 'table'
    }
  }

  /** Keeps the tables that models which were not built would read. Never throws. */
  async keepFor(models: readonly PlannedModel[]): Promise<void> {
    const wanted = new Set<string>()
    const want = (refs: readonly string[]): void => {
      for (const ref of refs) {
        const inner = this.#made.find(({ name }) => name === ref)
        if (inner === undefined || wanted.has(ref)) continue
        wanted.add(ref)
        if (inner.is === 'view') want(this.#made.flatMap(({ name }) => (names(inner.sql, name) ? [name] : [])))
      }
    }
    for (const model of models) want(model.refs)
    for (const { name, key, is } of this.#made)
      if (wanted.has(name) && key !== null && (is === 'table' || is === 'taken'))
        await this.#bench.keeper.keepInner(key, name, this.#bench.connection)
  }
}

type Told = { rows?: number; takenFrom?: string }

const names = (sql: string, name: string): boolean => sql.toLowerCase().includes(name.toLowerCase())
