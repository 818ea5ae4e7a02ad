import { readable } from '../../words/index.ts'

const words: Readonly<Record<string, string>> = {
  'person-name': 'Name of a person',
  'national-id': 'National ID',
  'free-text': 'Free text',
  ip: 'IP address',
  iban: 'IBAN',
  card: 'Card number',
  email: 'E-mail',
}
/** What a column holds, as people say it. */
export const columnKindWord = (kind: string): string => words[kind] ?? (kind === '' ? 'Sensitive' : readable(kind))
