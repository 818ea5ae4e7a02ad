import { execFileSync, spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { MeshError } from '@datamesh/core'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { json } from './json.ts'
import { openStore, type Store } from './store.ts'

const clock = { now: () => new Date('2026-01-02T03:04:05Z') }

/** A file system of its own that is soon full; null where this process may not mount. */
const smallDisk = (megabytes: number): string | null => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'datamesh-small-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}M`, 'tmpfs', dir]).status === 0
  onTestFinished(() => {
    if (mounted) execFileSync('umount', [dir])
    fs.rmSync(dir, { recursive: true, force: true })
  })
  return mounted ? dir : null
}

/** Writes rows from number `next` on until something goes wrong. @returns the first number not acknowledged, and what went wrong */
const writeUntilFull = async (store: Store, first: number): Promise<{ next: number; error: unknown }> => {
  for (let next = first; ; next++) {
    const value = json(Array.from({ length: 20_000 }, (_, i) => (i * 7919 + next * 104_729) % 1_000_003))
    try {
      await store.db
        .insertInto('setting')
        .values({ key: `row-${next}`, value, updated_at: clock.now() })
        .execute()
    } catch (error) {
      return { next, error }
    }
  }
}
const count = async (store: Store) =>
  (await sql<{ n: number }>`select count(*) as n from setting`.execute(store.db)).rows[0]?.n

// Written in one go, a full disk is reached in seconds; on a busy machine it takes longer.
const patience = 120_000

test(
  'a full disk ends the state with a sentence, and loses nothing',
  async ({ skip }) => {
    const disk = smallDisk(70)
    if (!disk) return skip('only root may mount a small file system')
    const url = `pglite:${disk}/state`
    const fatal: MeshError[] = []
    let acknowledged = 0
    {
      await using store = await openStore({ url, clock, onFatal: (error) => fatal.push(error) })
      // The first error may leave a state that opens again and reads; the next one ends it.
      while (fatal.length === 0) {
        const full = await writeUntilFull(store, acknowledged)
        acknowledged = full.next
        expect(['53100', 'state-failed', 'state-restarted']).toContain((full.error as MeshError).code)
      }
      expect(acknowledged).toBeGreaterThan(5)
      expect(fatal[0]?.message).toMatch(/the disk is full|No space left on device/)
      await expect(count(store)).rejects.toMatchObject({ code: 'state-failed' })
      expect(await store.health()).toMatchObject({
        ok: false,
        problem: expect.stringMatching(/the disk is full|No space left on device/),
      })
    }
    execFileSync('mount', ['-o', 'remount,size=300M', disk])
    await using again = await openStore({ url, clock })
    expect(await count(again)).toBe(acknowledged)
  },
  patience,
)

test(
  'when room is made in time, the state goes on by itself',
  async ({ skip }) => {
    const disk = smallDisk(70)
    if (!disk) return skip('only root may mount a small file system')
    const fatal: MeshError[] = []
    const makeRoom = () => execFileSync('mount', ['-o', 'remount,size=300M', disk])
    await using store = await openStore({
      url: `pglite:${disk}/state`,
      clock,
      onFatal: (error) => fatal.push(error),
      log: ({ message }) => {
        if (message === 'database thread restarts') makeRoom()
      },
    })
    const { next } = await writeUntilFull(store, 0)
    expect(await count(store)).toBe(next)
    expect(await store.health()).toMatchObject({ restarts: 1 })
    expect(fatal).toEqual([])
  },
  patience,
)
