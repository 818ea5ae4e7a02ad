import { randomBytes, timingSafeEqual } from 'node:crypto'
import { destroyedKey, MeshError } from '@datamesh/core'
import type { DataKeys } from '@datamesh/data-plane'
import { sql } from 'kysely'
import { appendAudit } from '../audit.ts'
import type { Row } from '../schema.ts'
import type { Store } from '../store.ts'
import type { KeyProvider, MasterKey, Wrapped } from './provider.ts'

/** Notified with the product when its keys were destroyed: every server forgets what it has opened. */
export const dataKeyChannel = 'data_key'

export type DataKeyView = {
  id: string
  product: string
  master: string
  createdAt: string
  rewrappedAt: string | null
  destroyedAt: string | null
}

export type KeyRing = {
  /** The key that a product's files are written with; made when it is first asked for. @throws key-missing */
  forProduct(product: string): Promise<{ id: string; bytes: string }>
  /** By id. @throws key-missing */
  keysFor(ids: readonly string[]): Promise<DataKeys>
  list(): Promise<{ provider: string; where: string; masters: MasterKey[]; keys: DataKeyView[] }>
  /** A new master key, and every data key wrapped by it. No file is written again. @returns its id and how many keys were wrapped anew */
  rotate(by: string): Promise<{ master: string; rewrapped: number }>
  /** Removes a master key by which nothing is wrapped any more. @throws request-invalid */
  retire(master: string, by: string): Promise<void>
  /** Forgets the keys of a product for good: its encrypted files are noise from then on, also in backups of files. @returns how many */
  destroy(product: string, by: string): Promise<number>
  /** What was opened is asked for again. */
  forget(): void
}

const keyBytes = 32

/** Data keys live in the state, wrapped; opened ones in the memory of this process. */
export const openKeyRing = ({
  store,
  provider,
  now,
  newId,
}: {
  store: Pick<Store, 'db'>
  provider: KeyProvider
  now: () => Date
  newId(kind: string): string
}): KeyRing => {
  const { db } = store
  const opened = new Map<string, string>()
  const about = ({ id, product }: Pick<Row<'data_key'>, 'id' | 'product'>) => `${id}\n${product}`
  const open = async (row: Row<'data_key'>): Promise<string> => {
    const known = opened.get(row.id)
    if (known !== undefined) return known
    if (row.wrapped === null) throw new MeshError('key-missing', { key: row.id, why: destroyedKey })
    const key = await provider.unwrap({ master: row.master, wrapped: row.wrapped }, about(row))
    if (key.length !== keyBytes)
      throw new MeshError('key-missing', {
        key: row.id,
        why: `what it opens to has ${key.length} bytes, not ${keyBytes}`,
      })
    const bytes = key.toString('base64')
    opened.set(row.id, bytes)
    return bytes
  }
  /** What does not open again would be lost with the memory of this process. */
  const wrap = async (key: Buffer, row: Pick<Row<'data_key'>, 'id' | 'product'>, first: boolean): Promise<Wrapped> => {
    const sealed = await provider.wrap(key, about(row), first)
    const again = await provider.unwrap(sealed, about(row))
    if (again.length !== key.length || !timingSafeEqual(again, key))
      throw new MeshError('key-missing', { key: sealed.master, why: 'what was wrapped by it opens to something else' })
    return sealed
  }
  const live = () => db.selectFrom('data_key').selectAll().where('wrapped', 'is not', null)
  const isFirst = async () => (await live().limit(1).executeTakeFirst()) === undefined
  const told = (action: string, subject: string, by: string, data: Record<string, unknown>) => ({
    ...{ at: now(), kind: 'change', actor: by, action, subject, allow: null, because: '', data },
  })

  const make = async (product: string): Promise<{ id: string; bytes: string }> => {
    const id = newId('dk')
    const key = randomBytes(keyBytes)
    const { master, wrapped } = await wrap(key, { id, product }, await isFirst())
    await db.transaction().execute(async (tx) => {
      await tx.insertInto('data_key').values({ id, product, wrapped, master, created_at: now() }).execute()
      await appendAudit(tx, [told('data-key.created', product, 'system', { key: id, master })])
    })
    const bytes = key.toString('base64')
    opened.set(id, bytes)
    return { id, bytes }
  }

  return {
    async forProduct(product) {
      const row = await db
        .selectFrom('data_key')
        .selectAll()
        .where('product', '=', product)
        .where('wrapped', 'is not', null)
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row === undefined ? make(product) : { id: row.id, bytes: await open(row) }
    },
    async keysFor(ids) {
      const keys: Record<string, string> = {}
      const unknown = ids.filter((id) => !opened.has(id))
      const rows =
        unknown.length === 0 ? [] : await db.selectFrom('data_key').selectAll().where('id', 'in', unknown).execute()
      for (const row of rows) await open(row)
      for (const id of ids) {
        const bytes = opened.get(id)
        if (bytes === undefined) throw new MeshError('key-missing', { key: id, why: 'the state does not hold it' })
        keys[id] = bytes
      }
      return keys
    },
    async list() {
      const rows = await db.selectFrom('data_key').selectAll().orderBy('product').orderBy('created_at').execute()
      return {
        provider: provider.kind,
        where: provider.where,
        masters: await provider.masters(),
        keys: rows.map((row) => ({
          id: row.id,
          product: row.product,
          master: row.master,
          createdAt: row.created_at.toISOString(),
          rewrappedAt: row.rewrapped_at?.toISOString() ?? null,
          destroyedAt: row.destroyed_at?.toISOString() ?? null,
        })),
      }
    },
    async rotate(by) {
      const rows = await live().execute()
      const master = await provider.rotate(rows.length === 0)
      // before the keys are wrapped anew: that can break off, and the master key is another one from here on
      await db
        .transaction()
        .execute((tx) => appendAudit(tx, [told('master-key.rotated', 'platform', by, { master, keys: rows.length })]))
      let rewrapped = 0
      for (const row of rows) {
        const key = Buffer.from(await open(row), 'base64')
        const { wrapped, master: under } = await wrap(key, row, false)
        const { numUpdatedRows } = await db
          .updateTable('data_key')
          .set({ wrapped, master: under, rewrapped_at: now() })
          .where('id', '=', row.id)
          .where('wrapped', '=', row.wrapped)
          .executeTakeFirst()
        rewrapped += Number(numUpdatedRows)
      }
      return { master, rewrapped }
    },
    async retire(master, by) {
      const used = await db
        .selectFrom('data_key')
        .select('id')
        .where('master', '=', master)
        .where('wrapped', 'is not', null)
        .limit(1)
        .executeTakeFirst()
      if (used !== undefined)
        throw new MeshError('request-invalid', { what: `${master} still wraps ${used.id}: rotate first` })
      await db.transaction().execute(async (tx) => {
        await appendAudit(tx, [told('master-key.retired', 'platform', by, { master })])
        await provider.retire(master)
      })
    },
    async destroy(product, by) {
      const gone = await db.transaction().execute(async (tx) => {
        const rows = await tx
          .updateTable('data_key')
          .set({ wrapped: null, destroyed_at: now() })
          .where('product', '=', product)
          .where('wrapped', 'is not', null)
          .returning('id')
          .execute()
        if (rows.length > 0)
          await appendAudit(tx, [told('data-key.destroyed', product, by, { keys: rows.map(({ id }) => id) })])
        await sql`select pg_notify(${dataKeyChannel}, ${product})`.execute(tx)
        return rows
      })
      for (const { id } of gone) opened.delete(id)
      return gone.length
    },
    forget: () => opened.clear(),
  }
}
