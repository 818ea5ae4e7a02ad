import { sql } from 'kysely'
import { json, openStore } from '../packages/control-plane/src/store/index.ts'

// The process that state-kill.ts and state-power-cut.ts end: writes rows as fast as it can and prints each id when its commit was acknowledged.
// `node state-writer.ts <folder> <first id> durable|fast`; every transaction adds a row, now and then a big one, and moves a counter: both or neither.

const [, , dir = '', first = '1', mode = 'durable'] = process.argv
const store = await openStore({ url: `pglite:${dir}`, clock: { now: () => new Date() }, durable: mode === 'durable' })
process.stdout.write('open\n')
for (let id = Number(first); ; id++) {
  const at = new Date()
  await store.db.transaction().execute(async (tx) => {
    const value = json({ id, filler: 'x'.repeat(id % 50 === 0 ? 18_000 : 200) })
    await tx
      .insertInto('setting')
      .values({ key: `row-${id}`, value, updated_at: at })
      .execute()
    await sql`
      insert into setting (key, value, updated_at) values ('counter', '1', ${at})
      on conflict (key) do update set value = to_jsonb((setting.value)::int + 1)`.execute(tx)
  })
  process.stdout.write(`${id}\n`)
  // Often enough that cuts fall into checkpoints; the host itself does it every few minutes.
  if (id % 400 === 0) await sql`checkpoint`.execute(store.db)
}
