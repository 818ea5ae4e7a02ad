import { Link } from '@tanstack/react-router'
import { CircleCheck, HeartPulse, Wrench } from 'lucide-react'
import { type Reply, useApi } from '../../api/index.ts'
import {
  Badge,
  Card,
  CardHead,
  DomainDot,
  EmptyState,
  Loaded,
  readable,
  SkeletonRows,
  sentence,
  type Tone,
} from '../../ui/index.ts'
import { plural, when } from '../../words/index.ts'
import { ProductLink } from '../parts.tsx'

type Ailment = Reply<'meshHealth'>['ailments'][number]
const tones: Record<Ailment['severity'], Tone> = { high: 'bad', medium: 'warn', low: 'neutral' }
const ranks: readonly Ailment['severity'][] = ['high', 'medium', 'low']
const edges: Record<Ailment['severity'], string> = { high: 'bg-bad', medium: 'bg-warn', low: 'bg-line-2' }
const many = 12

/** What ails the mesh as a whole, with the figures it was computed from, and what is sound. */
export function Health() {
  const health = useApi('meshHealth', {})
  return (
    <Loaded
      from={health}
      skeleton={
        <Card>
          <SkeletonRows rows={9} />
        </Card>
      }
    >
      {({ at, looked, ailments, sound }) => (
        <div className="grid grid-cols-[minmax(0,1fr)_21rem] items-start gap-3.5 max-xl:grid-cols-1">
          <div className="flex min-w-0 flex-col gap-3.5">
            {ailments.length === 0 && (
              <Card>
                <EmptyState
                  icon={<HeartPulse className="size-5 text-ok-ink" aria-hidden />}
                  title="Nothing ails the mesh"
                >
                  {looked === 0
                    ? 'There are no products to look at yet.'
                    : `None of the known anti-patterns was found in ${plural(looked, 'product')}.`}
                </EmptyState>
              </Card>
            )}
            {ailments
              .toSorted((a, b) => ranks.indexOf(a.severity) - ranks.indexOf(b.severity))
              .map((ailment) => (
                <One key={ailment.id} ailment={ailment} />
              ))}
          </div>
          <Card>
            <CardHead title="What is sound" hint={`${plural(looked, 'product')} looked at`} />
            <ul className="flex flex-col gap-2 px-4 pb-3">
              {sound.map((line) => (
                <li key={line} className="flex items-start gap-2 text-sm">
                  <CircleCheck className="mt-0.5 size-4 shrink-0 text-ok-ink" aria-hidden />
                  {sentence(line)}
                </li>
              ))}
              {sound.length === 0 && <li className="text-ink-3 text-sm">Nothing that could be told so far.</li>}
            </ul>
            <p className="border-line border-t px-4 py-2.5 text-ink-3 text-xs">As of {when(at)}</p>
          </Card>
        </div>
      )}
    </Loaded>
  )
}

const One = ({ ailment }: { ailment: Ailment }) => (
  <Card className="relative overflow-hidden pl-1" aria-label={ailment.title}>
    <i aria-hidden className={`absolute inset-y-0 left-0 w-1 ${edges[ailment.severity]}`} />
    <header className="flex flex-wrap items-center gap-2 px-4 pt-3">
      <h2 className="font-semibold text-sm tracking-tight">{ailment.title}</h2>
      <Badge tone={tones[ailment.severity]}>{ailment.severity}</Badge>
    </header>
    <div className="grid grid-cols-[minmax(0,3fr)_minmax(0,2fr)] gap-x-6 gap-y-3 px-4 pt-2 pb-4 max-lg:grid-cols-1">
      <ul className="flex flex-col gap-1 text-ink-2 text-sm">
        {ailment.evidence.slice(0, many).map((line) => (
          <li key={line} className="border-line-2 border-l-2 pl-2.5 [overflow-wrap:anywhere]">
            {line}
          </li>
        ))}
        {ailment.evidence.length > many && (
          <li className="pl-3 text-ink-3 text-xs">and {ailment.evidence.length - many} more</li>
        )}
      </ul>
      <div className="flex flex-col gap-2.5">
        <p className="flex items-start gap-2 text-sm">
          <Wrench className="mt-0.5 size-3.5 shrink-0 text-ink-3" aria-hidden />
          <span className="[overflow-wrap:anywhere]">
            <span className="sr-only">To mend it: </span>
            {sentence(ailment.fix)}
          </span>
        </p>
        <ul className="flex flex-wrap gap-x-4 gap-y-1 text-sm">
          {ailment.subjects.slice(0, many).map((subject) => (
            <li key={subject} className="min-w-0">
              <Subject name={subject} />
            </li>
          ))}
          {ailment.subjects.length > many && (
            <li className="text-ink-3 text-xs">and {ailment.subjects.length - many} more</li>
          )}
        </ul>
      </div>
    </div>
  </Card>
)

/** A product, or a domain where there is one of that name; a team stays a name. */
function Subject({ name }: { name: string }) {
  const domains = useApi('listDomains', {}, { staleTime: 60_000 })
  if (name.includes('/')) return <ProductLink id={name} />
  if (domains.data?.domains.some((domain) => domain.name === name))
    return (
      <Link
        to="/domains/$domain"
        params={{ domain: name }}
        className="inline-flex items-center gap-1.5 rounded font-medium hover:underline"
      >
        <DomainDot domain={name} />
        {readable(name)}
      </Link>
    )
  return <span className="text-ink-2">{name}</span>
}
