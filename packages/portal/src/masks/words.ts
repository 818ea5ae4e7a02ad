import type { MaskView } from '@datamesh/core'

export type How = MaskView['how']

/** How a value is hidden, in one word: what stands beside the name of a column. */
export const howWords: Readonly<Record<How, string>> = {
  redact: 'redacted',
  hash: 'hashed',
  truncate: 'truncated',
  generalise: 'generalised',
  tokenise: 'token',
}

const periods = { year: 'the year', month: 'the month', day: 'the day' } as const

/** What is left of a value under this mask. */
export const maskSentence = (mask: MaskView): string => {
  switch (mask.how) {
    case 'redact':
      return 'nothing is shown'
    case 'hash':
      return 'equal values stay equal, for you alone'
    case 'truncate':
      return mask.keep === 0
        ? 'nothing is shown'
        : `the first ${mask.keep === 1 ? 'character' : `${mask.keep} characters`}`
    case 'generalise':
      return mask.to ? `only ${periods[mask.to]}` : `in steps of ${mask.step ?? 1}`
    case 'tokenise':
      return 'holders of the right can turn it back'
  }
}

/** `email redacted, phone truncated` */
export const masksInWords = (masks: readonly MaskView[]): string =>
  masks.map(({ column, how }) => `${column} ${howWords[how]}`).join(', ')
