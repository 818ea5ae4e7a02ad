import { type Box, type Gap, type Line, place } from './place.ts'

self.onmessage = ({ data }: MessageEvent<{ boxes: Box[]; lines: Line[]; gap?: Gap }>) =>
  self.postMessage(place(data.boxes, data.lines, data.gap))
