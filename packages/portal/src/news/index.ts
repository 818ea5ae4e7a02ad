export { type Event, Line } from './line.tsx'
export { newsOf } from './words.ts'
