import { sentence } from '../../ui/index.ts'

/** The next step: a command to be typed stands as one, everything else is a sentence. */
export const Fix = ({ text }: { text: string }) =>
  text.startsWith('datamesh publish ') ? (
    <span className="block text-ink-3 text-xs">Publish does it, for those who may.</span>
  ) : text.startsWith('datamesh ') ? (
    <code className="block break-words font-mono text-2xs text-ink-2">{text}</code>
  ) : (
    <span className="block text-ink-3 text-xs">{sentence(text)}</span>
  )
