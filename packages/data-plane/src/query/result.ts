import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { seal, sealBytes, unseal } from '../storage/index.ts'
import type { QueryColumn } from './model.ts'

type Kept = { rows: number; firstRow: number; offset: number; lengths: readonly number[] }

const comma = Buffer.from(',')

/**
 * The rows of one query in a file: chunks one after the other, in each the columns one after the other, as JSON values with commas between.
 * Any stretch is put together from bytes; only a chunk that it cuts is parsed. Chunks are sealed with a key that nobody has but this object: what a
 * killed process leaves behind is noise. Disposing removes the file.
 */
export class QueryResult {
  columns: readonly QueryColumn[] = []
  rows = 0
  bytes = 0
  readonly path: string
  readonly #file: FileHandle
  readonly #key = randomBytes(32)
  readonly #chunks: Kept[] = []
  #end = 0

  private constructor(path: string, file: FileHandle) {
    this.path = path
    this.#file = file
  }

  static async create(folder: string, id: string): Promise<QueryResult> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const path = join(folder, `${id}.rows`)
    return new QueryResult(path, await open(path, 'wx+', 0o600))
  }

  async append({ rows, lengths, body }: { rows: number; lengths: readonly number[]; body: Buffer }): Promise<void> {
    const sealed = seal(this.#key, body, String(this.#end))
    const { bytesWritten } = await this.#file.write(sealed, 0, sealed.length, this.#end)
    if (bytesWritten < sealed.length) throw new Error('the disk is full')
    this.#chunks.push({ rows, firstRow: this.rows, offset: this.#end, lengths })
    this.#end += sealed.length
    this.rows += rows
    this.bytes += body.length
  }

  /** `{"offset", "rows", "columns"}` as JSON. */
  async stretch(offset: number, limit: number): Promise<Buffer> {
    const end = Math.min(this.rows, offset + limit)
    const columns: Buffer[][] = this.columns.map(() => [])
    for (const chunk of this.#chunks) {
      const from = Math.max(0, offset - chunk.firstRow)
      const to = Math.min(chunk.rows, end - chunk.firstRow)
      if (from >= to) continue
      const texts = await this.#read(chunk)
      texts.forEach((text, at) => {
        const column = columns[at] as Buffer[]
        if (column.length > 0) column.push(comma)
        column.push(from === 0 && to === chunk.rows ? text : cut(text, from, to))
      })
    }
    const rows = Math.max(0, end - offset)
    const parts: Buffer[] = [Buffer.from(`{"offset":${offset},"rows":${rows},"columns":[`)]
    columns.forEach((column, at) => {
      parts.push(Buffer.from(at === 0 ? '[' : ',['), ...column, Buffer.from(']'))
    })
    parts.push(Buffer.from(']}'))
    return Buffer.concat(parts)
  }

  /** Chunk after chunk, each as columns of parsed values. */
  async *chunks(): AsyncGenerator<{ rows: number; columns: unknown[][] }> {
    for (const chunk of this.#chunks) {
      const texts = await this.#read(chunk)
      yield { rows: chunk.rows, columns: texts.map((text) => JSON.parse(`[${text}]`) as unknown[]) }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close().catch(() => {})
    await rm(this.path, { force: true })
  }

  async #read({ offset, lengths }: Kept): Promise<Buffer[]> {
    const sealed = Buffer.allocUnsafe(lengths.reduce((sum, length) => sum + length, 0) + sealBytes)
    await this.#file.read(sealed, 0, sealed.length, offset)
    const whole = unseal(this.#key, sealed, String(offset))
    let at = 0
    return lengths.map((length) => {
      at += length
      return whole.subarray(at - length, at)
    })
  }
}

const cut = (text: Buffer, from: number, to: number): Buffer => {
  const values = (JSON.parse(`[${text}]`) as unknown[]).slice(from, to)
  return Buffer.from(JSON.stringify(values).slice(1, -1))
}
