/** Lines and columns from 1. */
export type Mistake = { line: number; column: number; message: string; hint: string | null }
export type Coverage = { covered: readonly number[]; notCovered: readonly number[] }

export type CodeProps = {
  /** As it begins; from then on the text is the editor's own. Another `path` is another text. */
  text: string
  /** Its ending says how it is coloured. */
  path: string
  label: string
  readOnly?: boolean
  mistakes?: readonly Mistake[]
  coverage?: Coverage | null
  onChange?: (text: string) => void
  onRun?: () => void
  className?: string
}
