import { type Box, type Line, place } from './place.ts'

self.onmessage = ({ data }: MessageEvent<{ boxes: Box[]; lines: Line[] }>) =>
  self.postMessage(place(data.boxes, data.lines))
