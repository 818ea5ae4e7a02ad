import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { syncPath } from './durable.ts'

/**
 * Makes `<dir>/pg` when it is not there. It is made beside, synced and renamed: a machine that stops half-way leaves a folder `pg.…` that
 * the next start removes, never half a database. The caller holds the lock of `dir`. @returns whether it was made
 */
export const createDatabase = async (dir: string, durable: boolean): Promise<boolean> => {
  const data = path.join(dir, 'pg')
  if (fs.existsSync(data)) return false
  for (const name of fs.readdirSync(dir).filter((name) => name.startsWith('pg.')))
    fs.rmSync(path.join(dir, name), { recursive: true, force: true })
  const draft = fs.mkdtempSync(path.join(dir, 'pg.'))
  const program = new URL(import.meta.url.endsWith('.ts') ? './initdb.ts' : './initdb.js', import.meta.url)
  const child = spawn(
    process.execPath,
    ['--liftoff-only', fileURLToPath(program), draft, durable ? 'durable' : 'fast'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  )
  const [said, code] = await Promise.all([
    text(child.stderr),
    new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve)),
  ])
  if (code !== 0) throw new Error(`a new database could not be made: ${said.trim().split('\n').slice(-3).join(' ')}`)
  fs.renameSync(draft, data)
  if (durable) syncPath(dir)
  return true
}
