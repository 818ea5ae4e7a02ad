import { accessSync, constants, existsSync, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'

/** Far more than all tests that run at the same time hold. */
const neededBytes = 6 * 2 ** 30
const memory = '/dev/shm'
const prefix = 'datamesh-tests-'

/**
 * Gives every test of a run one folder for its temporary files and removes it afterwards, whatever was left in it. In memory where there
 * is room: tests make thousands of small files, and a disk that somebody else keeps busy would set their pace.
 */
export default function setup(): () => void {
  const before = process.env.TMPDIR
  const parent = hasRoom(memory) ? memory : tmpdir()
  for (const name of readdirSync(parent))
    if (isLeftOver(name)) rmSync(join(parent, name), { recursive: true, force: true })
  const place = mkdtempSync(join(parent, `${prefix}${process.pid}-`))
  process.env.TMPDIR = place
  // tests start hundreds of processes of the same sources
  process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, '..', 'node_modules', '.cache', 'datamesh-compiled')
  return () => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
    rmSync(place, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
  }
}

const hasRoom = (folder: string): boolean => {
  try {
    accessSync(folder, constants.W_OK)
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize > neededBytes && freemem() > neededBytes
  } catch {
    return false
  }
}

/** Of a run that was killed: the process in its name is gone. */
const isLeftOver = (name: string): boolean => {
  const pid = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1]
  return pid !== undefined && existsSync('/proc') && !existsSync(join('/proc', pid))
}
