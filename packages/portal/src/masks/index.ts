export { MaskList, MaskMark } from './mark.tsx'
export { type How, howWords, maskSentence } from './words.ts'
// on their own: import { LazyMaskMark } from '../masks/lazy.tsx', for pages that few masks are shown on
// import { MaskEditor } from '../masks/editor.tsx' — only who decides about requests needs it
