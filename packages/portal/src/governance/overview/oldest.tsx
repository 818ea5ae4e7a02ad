import { Link } from '@tanstack/react-router'
import { ArrowRight, CircleCheck } from 'lucide-react'
import type { Reply } from '../../api/index.ts'
import { ButtonLink, Card, CardHead, readable } from '../../ui/index.ts'
import { count, duration, partsOf, when } from '../../words/index.ts'
import { OutcomeMark } from '../parts.tsx'

const shown = 5

/** What has been wrong for the longest. */
export const Oldest = ({ of, total }: { of: Reply<'governance'>['oldest']; total: number }) => (
  <Card>
    <CardHead title="Oldest violations">
      {total > 0 && (
        <ButtonLink to="/governance" search={{ tab: 'violations' }} size="sm" variant="ghost">
          All {count(total)}
          <ArrowRight className="size-3" aria-hidden />
        </ButtonLink>
      )}
    </CardHead>
    {of.length === 0 ? (
      <p className="flex items-center gap-2 px-4 pb-4 text-ink-2 text-sm">
        <CircleCheck className="size-4 text-ok-ink" aria-hidden />
        Every product keeps every policy.
      </p>
    ) : (
      <ul className="divide-y divide-line px-4 pb-1.5">
        {onceEach(of)
          .slice(0, shown)
          .map(({ policy, product, title, effect, since, msg, path }) => (
            <li key={`${policy} ${product} ${path} ${msg}`} className="flex items-start gap-2.5 py-2">
              <OutcomeMark outcome={effect} quiet className="mt-0.5" />
              <span className="min-w-0 flex-1">
                <Link
                  to="/governance"
                  search={{ tab: 'violations', product, policy }}
                  className="block truncate rounded font-medium hover:underline"
                  title={msg}
                >
                  {readable(partsOf(product).product)}
                </Link>
                <span className="block truncate text-ink-3 text-xs" title={title}>
                  {title}
                </span>
              </span>
              <time
                dateTime={since}
                title={`since ${when(since)}`}
                className="whitespace-nowrap text-ink-3 text-xs tabular-nums"
              >
                {duration((Date.now() - Date.parse(since)) / 1000)}
              </time>
            </li>
          ))}
      </ul>
    )}
  </Card>
)

/** A product that breaks one policy in ten places is one line. */
const onceEach = (of: Reply<'governance'>['oldest']) => {
  const seen = new Set<string>()
  return of.filter(({ policy, product }) => !seen.has(`${policy} ${product}`) && seen.add(`${policy} ${product}`))
}
