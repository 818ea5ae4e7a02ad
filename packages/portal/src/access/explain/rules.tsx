import { Link } from '@tanstack/react-router'
import { Check, CircleDashed, EyeOff, Filter, type LucideIcon, X } from 'lucide-react'
import type { Reply } from '../../api/index.ts'
import { cn, sentence } from '../../ui/index.ts'

type Rule = Reply<'explainAccess'>['rules'][number]

const looks: Readonly<Record<Rule['effect'], { icon: LucideIcon; text: string; ground: string }>> = {
  allows: { icon: Check, text: 'text-ok-ink', ground: 'bg-ok-soft' },
  denies: { icon: X, text: 'text-bad-ink', ground: 'bg-bad-soft' },
  masks: { icon: EyeOff, text: 'text-warn-ink', ground: 'bg-warn-soft' },
  filters: { icon: Filter, text: 'text-warn-ink', ground: 'bg-warn-soft' },
  'does not apply': { icon: CircleDashed, text: 'text-ink-3', ground: 'bg-sunken' },
}
const kinds: Readonly<Record<string, string>> = {
  role: 'Role',
  classification: 'Classification',
  reader: 'Reader of the product',
  grant: 'Grant',
  policy: 'Policy',
  mask: 'Mask',
  'row-filter': 'Row filter',
  status: 'Status',
}

/** Every rule that took part, from the first that was asked to the last: it has the last word. */
export const Rules = ({ rules, product }: { rules: readonly Rule[]; product: string }) => (
  <ol aria-label="Rules" className="border-line border-t">
    {rules.map((rule, at) => {
      const { icon: Icon, text, ground } = looks[rule.effect]
      return (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place is what tells two rules apart
        <li key={at} className="flex items-start gap-3 border-line border-b px-4 py-2.5 last:border-b-0">
          <span className="w-5 shrink-0 pt-1 text-right text-ink-3 text-xs tabular-nums">{at + 1}</span>
          <span className={cn('grid size-6 shrink-0 place-items-center rounded-full', ground, text)}>
            <Icon className="size-3.5" aria-hidden />
          </span>
          <span className="min-w-0 flex-1">
            <span className="flex flex-wrap items-baseline gap-x-2">
              <b className="font-medium text-sm">{kinds[rule.rule] ?? rule.rule}</b>
              <span className={cn('text-xs', text)}>{rule.effect}</span>
              <Source rule={rule} product={product} />
            </span>
            <span className="block text-ink-2 text-sm [overflow-wrap:anywhere]">{told(rule.because)}</span>
          </span>
        </li>
      )
    })}
  </ol>
)

/** `email: hash, as the product says`: the name of a column keeps its letters. */
const told = (because: string): string => (/^\w+: /.test(because) ? `${because}.` : sentence(because))

/** Where the rule stands, as a way to it. */
const Source = ({ rule: { rule, source }, product }: { rule: Rule; product: string }) => {
  const look = 'rounded font-mono text-2xs text-ink-3 [overflow-wrap:anywhere]'
  if (source === 'roles') return null
  const [scope = '', policy = ''] = source.split('/')
  if (rule === 'policy' && policy !== '')
    return (
      <Link to="/policies/$scope/$policy" params={{ scope, policy }} className={cn(look, 'hover:underline')}>
        {source}
      </Link>
    )
  if (source === product)
    return (
      <Link
        to="/products/$domain/$product"
        params={{ domain: scope, product: policy }}
        search={{ tab: 'contract' }}
        className={cn(look, 'hover:underline')}
      >
        {source}
      </Link>
    )
  return <code className={look}>{source}</code>
}
