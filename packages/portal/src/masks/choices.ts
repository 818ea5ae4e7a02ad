import type { MaskView } from '@datamesh/core'
import type { How } from './words.ts'

/** The same as an action, to be chosen from. */
export const howChoices: Readonly<Record<How, string>> = {
  redact: 'Redact',
  hash: 'Hash',
  truncate: 'Truncate',
  generalise: 'Generalise',
  tokenise: 'Make tokens',
}

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
