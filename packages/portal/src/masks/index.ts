export { MaskList, MaskMark } from './mark.tsx'
export { firstMask, fitting, type How, howChoices, howWords, maskSentence, masksInWords } from './words.ts'
// on its own: import { MaskEditor } from '../masks/editor.tsx' — only who decides about requests needs it
