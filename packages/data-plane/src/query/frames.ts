/**
 * What goes through the pipes of a query's process. Towards it: one length and one job. From it: frames of kind, length and payload, so that
 * the parent never holds more than one frame of a process that it does not trust.
 */
export const frameKinds = { ready: 1, columns: 2, chunk: 3, end: 4, failed: 5 } as const
export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds]
export type Frame = { kind: number; payload: Buffer }

const headBytes = 5

/** A frame of rows has about so much, unless one row has more; none has more than the most. */
export const frameBytes = 8 * 1024 * 1024
export const mostFrameBytes = 64 * 1024 * 1024

export const frameOf = (kind: FrameKind, payload: Buffer): Buffer => {
  const frame = Buffer.allocUnsafe(headBytes + payload.length)
  frame.writeUInt8(kind, 0)
  frame.writeUInt32BE(payload.length, 1)
  payload.copy(frame, headBytes)
  return frame
}

export const readyFrame = frameOf(frameKinds.ready, Buffer.alloc(0))

/** A reader of frames. `push` answers those that are whole; it throws for one that says to be larger than `maxBytes`. */
export const frameReader = (maxBytes: number): { push(part: Buffer): Frame[] } => {
  let parts: Buffer[] = []
  let have = 0
  let need = headBytes
  return {
    push(part) {
      parts.push(part)
      have += part.length
      const frames: Frame[] = []
      while (have >= need) {
        const whole = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)
        const length = whole.readUInt32BE(1)
        if (length > maxBytes) throw new RangeError(`a frame of ${length} bytes`)
        parts = [whole]
        need = headBytes + length
        if (have < need) break
        frames.push({ kind: whole.readUInt8(0), payload: whole.subarray(headBytes, need) })
        have -= need
        parts = have === 0 ? [] : [whole.subarray(need)]
        need = headBytes
      }
      return frames
    },
  }
}

/** Rows of a result, each column as JSON values with commas between: what is kept is what is sent, nobody parses it. */
export type Chunk = { rows: number; columns: readonly Buffer[] }

export const chunkPayload = ({ rows, columns }: Chunk): Buffer => {
  const head = Buffer.allocUnsafe(8 + 4 * columns.length)
  head.writeUInt32BE(rows, 0)
  head.writeUInt32BE(columns.length, 4)
  for (const [at, column] of columns.entries()) head.writeUInt32BE(column.length, 8 + 4 * at)
  return Buffer.concat([head, ...columns])
}

/** @throws RangeError for lengths that do not fit the payload */
export const chunkOf = (payload: Buffer): { rows: number; lengths: number[]; body: Buffer } => {
  const rows = payload.readUInt32BE(0)
  const count = payload.readUInt32BE(4)
  if (8 + 4 * count > payload.length) throw new RangeError('a chunk shorter than its head')
  const lengths = Array.from({ length: count }, (_, at) => payload.readUInt32BE(8 + 4 * at))
  const body = payload.subarray(8 + 4 * count)
  if (lengths.reduce((sum, length) => sum + length, 0) !== body.length)
    throw new RangeError('a chunk of another length')
  return { rows, lengths, body }
}
