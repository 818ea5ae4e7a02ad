import { useEffect, useMemo, useState } from 'react'
import { type Box, type Gap, grid, type Line, type Placed, place } from './place.ts'

/** Above this many boxes the layout would be felt: it is made beside the page. */
const fewBoxes = 60

/** Where the boxes go; null while a large graph is laid out for the first time. */
export const usePlaced = (boxes: readonly Box[], lines: readonly Line[], gap?: Gap): Placed | null => {
  const few = boxes.length <= fewBoxes
  const here = useMemo(() => (few ? place(boxes, lines, gap) : null), [few, boxes, lines, gap])
  const [beside, setBeside] = useState<{ placed: Placed; boxes: readonly Box[] } | null>(null)
  useEffect(() => {
    if (few) return
    const worker = new Worker(new URL('./place.worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<Placed>) => setBeside({ placed: data, boxes })
    // too tangled for it: rather in rows and columns than not at all
    worker.onerror = () => setBeside({ placed: grid(boxes), boxes })
    worker.postMessage({ boxes, lines, gap })
    return () => worker.terminate()
  }, [few, boxes, lines, gap])
  if (few) return here
  // boxes that are new since have no place yet: the layout before them is shown until theirs is there
  return beside?.placed ?? null
}
