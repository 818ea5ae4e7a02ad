import { Link } from '@tanstack/react-router'
import { CircleAlert, CircleCheck } from 'lucide-react'
import type { Reply } from '../../api/index.ts'
import { Badge, cn, DomainDot, readable, sentence, Table, Td, Th, type Tone } from '../../ui/index.ts'
import { count, partsOf, plural } from '../../words/index.ts'
import { schemaDiff } from './schema_diff.ts'

type Comparison = Reply<'compareReleases'>
type Change = Comparison['changes'][number]

const tones: Record<Change['verdict'], Tone> = { breaking: 'bad', compatible: 'ok', informative: 'neutral' }
const words: Record<Change['verdict'], string> = {
  breaking: 'Breaks readers',
  compatible: 'Readers go on as before',
  informative: 'For information',
}

/** The answer first: does it break readers, and which step of the version that takes. */
export function Verdict({ comparison }: { comparison: Comparison }) {
  const breaking = comparison.changes.filter((change) => change.verdict === 'breaking').length
  const { step, atLeast } = comparison.needs
  return (
    <div
      className={cn(
        'flex flex-wrap items-center gap-x-4 gap-y-1 rounded-lg px-4 py-3',
        breaking > 0 ? 'bg-bad-soft text-bad-ink' : 'bg-ok-soft text-ok-ink',
      )}
    >
      {breaking > 0 ? <CircleAlert className="size-6" aria-hidden /> : <CircleCheck className="size-6" aria-hidden />}
      <div className="min-w-0 flex-1">
        <p className="font-semibold text-xl tracking-tight">
          {breaking > 0 ? 'Breaking' : comparison.changes.length === 0 ? 'No difference for readers' : 'Compatible'}
        </p>
        <p className="text-sm">
          {breaking > 0
            ? `${plural(breaking, 'change')} of ${count(comparison.changes.length)} would break readers; ${
                comparison.affected.length === 0
                  ? 'no product in the mesh reads what breaks'
                  : `${plural(comparison.affected.length, 'product')} in the mesh ${comparison.affected.length === 1 ? 'is' : 'are'} touched`
              }.`
            : `Whoever reads ${comparison.from} can read ${comparison.to} without a change.`}
        </p>
      </div>
      <p className="text-right text-sm">
        {step === 'none' ? (
          'Needs no new version'
        ) : (
          <>
            Needs a <b>{step}</b> step
            <br />
            at least <code className="font-mono">{atLeast}</code>
          </>
        )}
      </p>
    </div>
  )
}

export const Affected = ({ affected }: { affected: Comparison['affected'] }) => (
  <section aria-label="Who is touched">
    <h3 className="mb-1.5 font-semibold text-sm">Who is touched</h3>
    <ul className="divide-y divide-line rounded-lg border border-line">
      {affected.map((each) => {
        const { domain, product: name } = partsOf(each.product)
        return (
          <li key={each.product} className="flex flex-wrap items-center gap-x-2 px-3 py-2 text-sm">
            <DomainDot domain={domain} />
            <Link
              to="/products/$domain/$product"
              params={{ domain, product: name }}
              className="font-medium hover:underline"
            >
              {readable(name)}
            </Link>
            <span className="text-ink-3 text-xs">{readable(domain)}</span>
            <span className="ml-auto text-ink-2 text-xs">{each.because}</span>
          </li>
        )
      })}
    </ul>
  </section>
)

export const Changes = ({ changes }: { changes: readonly Change[] }) => (
  <section aria-label="Changes">
    {(['breaking', 'compatible', 'informative'] as const).map((verdict) => {
      const these = changes.filter((change) => change.verdict === verdict)
      return (
        these.length > 0 && (
          <div key={verdict} className="mb-3 last:mb-0">
            <h3 className="mb-1.5 flex items-center gap-2 font-semibold text-sm">
              {words[verdict]} <Badge tone={tones[verdict]}>{count(these.length)}</Badge>
            </h3>
            <ul className="divide-y divide-line rounded-lg border border-line">
              {these.map((change) => (
                <li
                  key={`${change.path} ${change.what}`}
                  className="grid gap-x-4 px-3 py-2 text-sm md:grid-cols-[3fr_2fr]"
                >
                  <span className="min-w-0">
                    {sentence(change.what)}{' '}
                    <code className="font-mono text-ink-3 text-xs [overflow-wrap:anywhere]">{change.path}</code>
                  </span>
                  <span className="text-ink-3">{change.because}</span>
                </li>
              ))}
            </ul>
          </div>
        )
      )
    })}
  </section>
)

const kinds = { added: 'ok', removed: 'bad', changed: 'warn' } as const
type Tables = Reply<'getContract'>['tables']

export function SchemaChanges({ before, after }: { before: Tables; after: Tables }) {
  const changes = schemaDiff(before, after)
  return (
    <section aria-label="Columns">
      <h3 className="mb-1.5 font-semibold text-sm">Columns</h3>
      {changes.length === 0 ? (
        <p className="text-ink-3 text-sm">No column was added, removed or changed.</p>
      ) : (
        <Table label="Changed columns" className="rounded-lg border border-line">
          <thead>
            <tr className="*:border-t-0">
              <Th>Column</Th>
              <Th>Change</Th>
              <Th>Before</Th>
              <Th>After</Th>
            </tr>
          </thead>
          <tbody>
            {changes.map((change) => (
              <tr key={`${change.table} ${change.name}`} className="last:*:border-b-0">
                <Td className="whitespace-nowrap font-mono text-xs">
                  <span className="text-ink-3">{change.table}.</span>
                  {change.name}
                </Td>
                <Td>
                  <Badge tone={kinds[change.kind]}>{change.kind}</Badge>
                </Td>
                <Td className="whitespace-nowrap text-ink-2">{change.before}</Td>
                <Td className="whitespace-nowrap text-ink-2">{change.after}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </section>
  )
}
