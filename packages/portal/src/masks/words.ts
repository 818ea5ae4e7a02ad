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

/** The same as an action, to be chosen from. */
export const howChoices: Readonly<Record<How, string>> = {
  redact: 'Redact',
  hash: 'Hash',
  truncate: 'Truncate',
  generalise: 'Generalise',
  tokenise: 'Make tokens',
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

/** Which masks can be laid over a column of this type, as the platform decides it; others would be redacted. */
export const fitting = (type: string): readonly How[] => {
  const isText = /^(VARCHAR|JSON|STRING|TEXT|ENUM)/i.test(type)
  const isTime = /^(DATE|TIMESTAMP)/i.test(type)
  const isFigure = /^(U?(TINY|SMALL|BIG)INT|U?INTEGER|INT|FLOAT|DOUBLE|DECIMAL)/i.test(type)
  return [
    'redact',
    'hash',
    ...(isText ? (['truncate'] as const) : []),
    ...(isTime || isFigure ? (['generalise'] as const) : []),
    'tokenise',
  ]
}

/** What a mask begins with when it is chosen. */
export const firstMask = (column: string, how: How, type: string): MaskView =>
  how === 'truncate'
    ? { column, how, keep: 2 }
    : how === 'generalise'
      ? /^(DATE|TIMESTAMP)/i.test(type)
        ? { column, how, to: 'year' }
        : { column, how, step: 10 }
      : { column, how }
