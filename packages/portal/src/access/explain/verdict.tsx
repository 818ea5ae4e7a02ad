import { Link } from '@tanstack/react-router'
import { CircleCheck, CircleX } from 'lucide-react'
import type { Reply } from '../../api/index.ts'
import { MaskList } from '../../masks/index.ts'
import { ButtonLink, Card, CardHead, cn, readable, sentence } from '../../ui/index.ts'
import { partsOf, when } from '../../words/index.ts'
import { AddToRequest } from '../cart/add_button.tsx'
import { FilterCode } from '../mine/details.tsx'
import { Rules } from './rules.tsx'

type Said = Reply<'explainAccess'>

/** Decisions are written for whoever reads them; here somebody else does. */
const aboutOthers = (because: string): string =>
  because.replaceAll(/\byou hold\b/g, 'they hold').replaceAll(/\bbound to you\b/g, 'bound to them')

/** The answer in a sentence, what is read by it, and the rules that made it. */
export const Verdict = ({ said, mine }: { said: Said; mine: boolean }) => {
  const { domain, product } = partsOf(said.product)
  const Icon = said.allow ? CircleCheck : CircleX
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <Card className="p-5">
        <div className="flex items-start gap-3" role="status">
          <Icon className={cn('mt-0.5 size-6 shrink-0', said.allow ? 'text-ok-ink' : 'text-bad-ink')} aria-hidden />
          <div className="min-w-0">
            <h2 className="font-semibold text-lg tracking-tight">
              {mine ? 'You' : said.principal} {said.allow ? 'can' : 'cannot'} read{' '}
              <Link to="/products/$domain/$product" params={{ domain, product }} className="rounded hover:underline">
                {readable(product)}
              </Link>
            </h2>
            <p className="mt-1 text-ink-2 [overflow-wrap:anywhere]">
              {sentence(mine ? said.because : aboutOthers(said.because))}
            </p>
            {said.until && <p className="mt-1 text-ink-3 text-sm">It ends by itself on {when(said.until)}.</p>}
          </div>
        </div>
        {!said.allow && <Next said={said} mine={mine} />}
      </Card>
      {said.allow && (
        <Card className="grid grid-cols-2 gap-x-8 gap-y-4 p-4 max-md:grid-cols-1">
          <div className="min-w-0">
            <h3 className="mb-2 font-semibold text-sm">Columns</h3>
            {said.masks.length === 0 ? (
              <p className="text-ink-2 text-sm">Every column is shown as it is.</p>
            ) : (
              <MaskList masks={said.masks} label="Masked columns" />
            )}
          </div>
          <div className="min-w-0">
            <h3 className="mb-2 font-semibold text-sm">Rows</h3>
            {said.rowFilter === null ? (
              <p className="text-ink-2 text-sm">All rows.</p>
            ) : (
              <>
                <p className="mb-1 text-ink-2 text-sm">Only rows where</p>
                <FilterCode filter={said.rowFilter} />
              </>
            )}
          </div>
        </Card>
      )}
      <Card className="overflow-hidden">
        <CardHead title="Rules" hint="in the order in which they were asked" />
        <Rules
          rules={mine ? said.rules : said.rules.map((rule) => ({ ...rule, because: aboutOthers(rule.because) }))}
          product={said.product}
        />
      </Card>
    </div>
  )
}

/** What would make a no a yes. The platform may answer with a command for a terminal: here it is a button. */
const Next = ({ said, mine }: { said: Said; mine: boolean }) => {
  const { domain, product } = partsOf(said.product)
  if (said.next === null) return null
  const words = /^datamesh /.test(said.next) ? null : sentence(said.next)
  const asked = /^request \S+ waits/.test(said.next)
  return (
    <div className="mt-4 border-line border-t pt-3">
      <h3 className="font-medium text-ink-3 text-xs">What would make it a yes</h3>
      {words && <p className="mt-1 text-sm">{words}</p>}
      {!words && (
        <p className="mt-1 text-sm">
          {mine
            ? 'A grant. Ask for access, and say what for.'
            : `A grant for ${said.principal}: it has to be asked for by them, by a team they are in, or by who owns the machine.`}
        </p>
      )}
      <div className="mt-3 flex flex-wrap gap-2">
        {asked && mine && (
          <ButtonLink to="/access" size="sm">
            My requests
          </ButtonLink>
        )}
        {!words && mine && (
          <>
            <ButtonLink
              to="/products/$domain/$product"
              params={{ domain, product }}
              search={{ dialog: 'access' }}
              variant="primary"
              size="sm"
            >
              Request access
            </ButtonLink>
            <AddToRequest product={said.product} title={readable(product)} size="sm" />
          </>
        )}
      </div>
    </div>
  )
}
