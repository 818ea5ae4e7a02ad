import type { Reply } from '../../api/index.ts'
import { readable } from '../../ui/index.ts'
import { partsOf } from '../../words/index.ts'

export type Preview = Reply<'previewAccess'>
export type Looked = Preview['products'][number]
export type Holder = Preview['holders'][number]

/** Who has to say yes, as a sentence without a stop. */
export const whoApproves = ({ approvers, owner, product }: Pick<Looked, 'approvers' | 'owner' | 'product'>): string => {
  const domain = readable(partsOf(product).domain)
  if (approvers.length === 0) return 'Granted at once, as its policy says'
  const names = approvers.map((by) => (by === 'owner' ? `its owner ${owner}` : `a data steward of ${domain}`))
  return names.length === 1 ? `Decided by ${names[0]}` : `Needs both: ${names.join(' and ')}`
}

const kinds: Readonly<Record<Holder['kind'], string>> = { person: 'me', team: 'team', machine: 'machine', system: '' }
export const holderLabel = ({ name, kind }: Holder): string =>
  kind === 'person' ? `${name} (me)` : `${name}, ${kinds[kind]}`
