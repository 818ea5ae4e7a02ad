import fs from 'node:fs'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { MeshError } from '@datamesh/core'

/**
 * Holds the state folder for this process until the returned function is called or the process dies, however it dies: an exclusive
 * transaction on an SQLite file is a lock of the operating system. PGlite itself lets two processes destroy each other's rows.
 * Nothing else in this process may open `<dir>/lock`: closing any descriptor of a file drops its POSIX locks.
 * @throws state-locked
 */
export const lockDir = (dir: string): (() => void) => {
  fs.mkdirSync(dir, { recursive: true, mode: 0o700 })
  const lock = new DatabaseSync(path.join(dir, 'lock'))
  const owner = path.join(dir, 'owner')
  try {
    lock.exec('pragma locking_mode = exclusive; begin exclusive')
  } catch (error) {
    lock.close()
    if (/locked|busy/i.test(String(error)))
      throw new MeshError('state-locked', { dir, pid: ownerOf(owner) }, { cause: error })
    throw new MeshError(
      'state-not-opened',
      { where: dir, why: `its lock file: ${(error as Error).message}` },
      { cause: error },
    )
  }
  fs.writeFileSync(owner, `${process.pid}\n`)
  return () => {
    fs.rmSync(owner, { force: true })
    lock.close()
  }
}

const ownerOf = (file: string): number | null => {
  try {
    return Number.parseInt(fs.readFileSync(file, 'utf8'), 10) || null
  } catch {
    return null
  }
}
