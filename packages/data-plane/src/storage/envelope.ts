import { open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { seal, sealBytes, unseal } from './seal.ts'

const chunkBytes = 256 * 1024

/** Each chunk opens at its own place in its own file only; the last one says that it is the last. */
const aboutChunk = (name: string, n: number, last: boolean): string => `${name}\n${n}${last ? '\nlast' : ''}`

/** Seals a file of any kind in chunks, so that any range of it can be opened by itself. `name` binds the chunks to the file. */
export const sealFile = async (source: string, target: string, key: Buffer, name: string): Promise<void> => {
  await using input = await open(source, 'r')
  await using output = await open(target, 'w', 0o600)
  const { size } = await input.stat()
  const chunk = Buffer.allocUnsafe(chunkBytes)
  for (let n = 0, at = 0; at < size || n === 0; n++) {
    const { bytesRead } = await input.read(chunk, 0, chunkBytes, at)
    at += bytesRead
    await output.appendFile(seal(key, chunk.subarray(0, bytesRead), aboutChunk(name, n, at >= size)))
  }
}

/** Bytes `start` to `end` of what was sealed, both included. Fails where a chunk was changed, exchanged or cut off. */
export const sealedStream = (
  file: string,
  key: Buffer,
  name: string,
  bytes: number,
  { start, end }: { start: number; end: number } = { start: 0, end: bytes - 1 },
): Readable => {
  const opened = async function* () {
    await using handle = await open(file, 'r')
    const sealed = Buffer.allocUnsafe(chunkBytes + sealBytes)
    for (let n = Math.floor(start / chunkBytes); n * chunkBytes <= end; n++) {
      const length = Math.min(chunkBytes, bytes - n * chunkBytes) + sealBytes
      const { bytesRead } = await handle.read(sealed, 0, length, n * (chunkBytes + sealBytes))
      const last = (n + 1) * chunkBytes >= bytes
      const plain = unseal(key, sealed.subarray(0, bytesRead), aboutChunk(name, n, last))
      yield plain.subarray(Math.max(0, start - n * chunkBytes), end - n * chunkBytes + 1)
    }
  }
  return Readable.from(opened(), { objectMode: false })
}
