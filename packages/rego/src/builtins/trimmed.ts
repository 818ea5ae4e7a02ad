/** Without the characters of a set at both ends. A regular expression would take the square of the length. */
export const trimmed = (text: string, cut: string): string => {
  let from = 0
  let to = text.length
  while (from < to && cut.includes(text[from] as string)) from++
  while (to > from && cut.includes(text[to - 1] as string)) to--
  return text.slice(from, to)
}
