import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const derive = promisify(argon2)

/** Memory in KiB. */
export type Argon2Cost = { memory: number; passes: number; parallelism: number }

/** More than OWASP's least (19 MiB, 2 passes); 60 ms of one thread. Source: OWASP Password Storage Cheat Sheet. */
export const defaultCost: Argon2Cost = { memory: 32 * 1024, passes: 3, parallelism: 1 }

/** The hash in PHC form, with a salt of its own. Runs in the thread pool, not in the event loop. */
export const hashPassword = async (password: string, cost: Argon2Cost): Promise<string> => {
  const salt = randomBytes(16)
  const tag = await tagOf(password, salt, 32, cost)
  return `$argon2id$v=19$m=${cost.memory},t=${cost.passes},p=${cost.parallelism}$${unpadded(salt)}$${unpadded(tag)}`
}

/** `outdated`: right, but hashed with less than is asked for now. */
export const checkPassword = async (
  password: string,
  phc: string,
  cost: Argon2Cost,
): Promise<{ right: boolean; outdated: boolean }> => {
  const found = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(phc)
  if (found === null) return { right: false, outdated: false }
  const [memory, passes, parallelism] = found.slice(1, 4).map(Number) as [number, number, number]
  const want = Buffer.from(found[5] as string, 'base64')
  const got = await tagOf(password, Buffer.from(found[4] as string, 'base64'), want.length, {
    memory,
    passes,
    parallelism,
  })
  return {
    right: timingSafeEqual(got, want),
    outdated: memory < cost.memory || passes < cost.passes,
  }
}

// exactly what was typed: not cut, not folded, not normalised
const tagOf = (password: string, nonce: Buffer, tagLength: number, cost: Argon2Cost): Promise<Buffer> =>
  derive('argon2id', { message: Buffer.from(password, 'utf8'), nonce, tagLength, ...cost }) as Promise<Buffer>

const unpadded = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '')
