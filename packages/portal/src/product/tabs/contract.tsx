import {
  ArrowUpRight,
  CircleCheck,
  CircleDashed,
  CircleX,
  FileCode,
  PencilLine,
  ShieldOff,
  TriangleAlert,
} from 'lucide-react'
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { type Reply, useApi } from '../../api/index.ts'
import {
  Badge,
  Button,
  ButtonLink,
  Card,
  CardHead,
  CopyButton,
  cn,
  Loaded,
  readable,
  Skeleton,
  SkeletonRows,
  sentence,
} from '../../ui/index.ts'
import { plural } from '../../words/index.ts'
import { levelFigure, ruleSentence, type View } from '../words.ts'
import { linesOf, type Part } from '../yaml_lines.ts'

const Change = lazy(() => import('../change.tsx'))

type ContractView = Reply<'getContract'>
type Check = ContractView['checks'][number]

/** What readers are promised, in words to the left and as the team wrote it to the right. */
export function Contract({ product }: { product: View }) {
  const contract = useApi('getContract', { params: { domain: product.domain, product: product.name } })
  const [changing, setChanging] = useState(false)
  if (changing && contract.data)
    return (
      <Suspense fallback={<ContractSkeleton />}>
        <Change product={product} main={contract.data.file} onClose={() => setChanging(false)} />
      </Suspense>
    )
  return (
    <Loaded from={contract} skeleton={<ContractSkeleton />}>
      {(data) => <Sides product={product} contract={data} onChange={() => setChanging(true)} />}
    </Loaded>
  )
}

function Sides({ product, contract, onChange }: { product: View; contract: ContractView; onChange: () => void }) {
  // the same rule clicked twice scrolls twice
  const [line, setLine] = useState<{ at: number } | null>(null)
  return (
    <div className="grid grid-cols-2 items-start gap-3.5 max-lg:grid-cols-1">
      <div className="flex min-w-0 flex-col gap-3.5">
        <Terms contract={contract} />
        <Levels contract={contract} />
        <Rules contract={contract} onShow={(at) => setLine({ at })} shown={line?.at ?? null} />
        <NotEnforced contract={contract} />
      </div>
      <Source product={product} contract={contract} line={line} onChange={onChange} />
    </div>
  )
}

const Terms = ({ contract }: { contract: ContractView }) => (
  <Card>
    <CardHead title="Terms" hint={`version ${contract.version}`} />
    <dl className="px-4 pb-3">
      {[
        ...contract.terms,
        ...contract.limits.map(({ port, limit }) => ({ name: `Limit of ${port}`, value: limit })),
      ].map(({ name, value }) => (
        <div
          key={name}
          className="grid grid-cols-[9.5rem_minmax(0,1fr)] gap-3 border-line border-t py-1.5 first:border-0"
        >
          <dt className="text-ink-3">{name}</dt>
          <dd className="break-words">{value}</dd>
        </div>
      ))}
    </dl>
  </Card>
)

const Levels = ({ contract }: { contract: ContractView }) => (
  <Card>
    <CardHead title="Service levels" hint={contract.levels.length} />
    {contract.levels.length === 0 ? (
      <p className="px-4 pb-4 text-ink-3 text-sm">No service level is promised.</p>
    ) : (
      <ul className="divide-y divide-line px-4 pb-2">
        {contract.levels.map((level) => (
          <li key={level.name} className="flex items-center gap-3 py-2">
            <span className="min-w-0 flex-1">
              <span className="font-medium">{readable(level.name)}</span> {level.written}
              <span className="block text-2xs text-ink-3">
                {level.enforced ? sentence(level.because) : `Not enforced: ${level.because}`}
              </span>
            </span>
            <span className="tabular-nums">{levelFigure(level.measured, level.unit)}</span>
            <Badge tone={level.met === null ? 'neutral' : level.met ? 'ok' : 'bad'}>
              {level.met === null ? 'open' : level.met ? 'met' : 'not met'}
            </Badge>
          </li>
        ))}
      </ul>
    )}
  </Card>
)

const Rules = ({
  contract,
  onShow,
  shown,
}: {
  contract: ContractView
  onShow: (line: number) => void
  shown: number | null
}) => (
  <Card>
    <CardHead title="Rules" hint={contract.checks.length} />
    {contract.checks.length === 0 ? (
      <p className="px-4 pb-4 text-ink-3 text-sm">No rule is checked before publishing.</p>
    ) : (
      <ul className="px-2 pb-2">
        {contract.checks.map((check) => (
          <li key={check.id}>
            <Rule check={check} contract={contract} onShow={onShow} on={shown !== null && check.at?.line === shown} />
          </li>
        ))}
      </ul>
    )}
  </Card>
)

const Rule = ({
  check,
  contract,
  onShow,
  on,
}: {
  check: Check
  contract: ContractView
  onShow: (line: number) => void
  on: boolean
}) => {
  const { at } = check
  const here = at !== null && at.file === contract.file
  const inside = (
    <>
      <OutcomeMark outcome={check.outcome} />
      <span className="min-w-0 flex-1 text-left">
        {ruleSentence(check)}
        {check.severity === 'warn' && <Badge className="ml-1.5">warns only</Badge>}
        {/* a name that the team gave says why; one that was made from the rule says nothing new */}
        {check.name !== check.asks && contract.text.includes(check.name) && (
          <span className="block text-2xs text-ink-3">{check.name}</span>
        )}
      </span>
      {at && (
        <span className="shrink-0 font-mono text-2xs text-ink-3">
          {here ? `line ${at.line}` : `${at.file}:${at.line}`}
        </span>
      )}
    </>
  )
  const look = 'flex w-full items-start gap-2 rounded-md px-2 py-1.5'
  return here ? (
    <button
      type="button"
      aria-pressed={on}
      className={cn(look, 'hover:bg-sunken aria-pressed:bg-accent-soft')}
      onClick={() => onShow(at.line)}
    >
      {inside}
    </button>
  ) : (
    <div className={look}>{inside}</div>
  )
}

const OutcomeMark = ({ outcome }: { outcome: Check['outcome'] }) => {
  const look = 'mt-0.5 size-4 shrink-0'
  if (outcome === 'passed') return <CircleCheck className={cn(look, 'text-ok-ink')} aria-label="Passed:" />
  if (outcome === 'warned') return <TriangleAlert className={cn(look, 'text-warn-ink')} aria-label="With warning:" />
  if (outcome === 'failed') return <CircleX className={cn(look, 'text-bad-ink')} aria-label="Failed:" />
  return <CircleDashed className={cn(look, 'text-ink-3')} aria-label="Not run:" />
}

const NotEnforced = ({ contract }: { contract: ContractView }) =>
  contract.notEnforced.length === 0 ? null : (
    <Card>
      <CardHead title="Written, but not enforced here" hint={contract.notEnforced.length} />
      <ul className="divide-y divide-line px-4 pb-2">
        {contract.notEnforced.map(({ clause, because }) => (
          <li key={clause} className="flex gap-2 py-2">
            <ShieldOff className="mt-0.5 size-4 shrink-0 text-ink-3" aria-hidden />
            <span>
              <span className="font-medium">{clause}</span>
              <span className="block text-ink-3 text-xs">{sentence(because)}</span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )

const colour: Record<Part['kind'], string> = {
  plain: '',
  mark: 'text-ink-3',
  comment: 'text-ink-3 italic',
  key: 'text-(--code-function)',
  string: 'text-(--code-string)',
  number: 'text-(--code-number)',
  word: 'text-(--code-keyword)',
}

/** The file with its line numbers; the line of the rule that was clicked stands in the middle, marked. */
function Source({
  product,
  contract,
  line,
  onChange,
}: {
  product: View
  contract: ContractView
  line: { at: number } | null
  onChange: () => void
}) {
  const lines = useMemo(() => linesOf(contract.text), [contract.text])
  const box = useRef<HTMLPreElement>(null)
  useEffect(() => {
    if (!line || !box.current) return
    const target = box.current.querySelector<HTMLElement>(`[data-line="${line.at}"]`)
    if (!target) return
    box.current.scrollTo({ top: target.offsetTop - box.current.clientHeight / 2, behavior: 'smooth' })
    // beneath the words on a phone: the file itself has to come into sight
    box.current.scrollIntoView({ block: 'nearest', behavior: 'smooth' })
  }, [line])
  return (
    <Card className="sticky top-4 overflow-hidden max-lg:static">
      <CardHead title={contract.file} hint={plural(lines.length, 'line')}>
        {product.may.manage && contract.text !== '' && (
          <Button size="sm" onClick={onChange}>
            <PencilLine className="size-3.5" aria-hidden />
            Propose change
          </Button>
        )}
        <CopyButton text={contract.text} />
        <ButtonLink
          to="/products/$domain/$product"
          params={{ domain: product.domain, product: product.name }}
          search={{ tab: 'versions' }}
          variant="ghost"
          size="sm"
        >
          Versions
          <ArrowUpRight className="size-3.5" aria-hidden />
        </ButtonLink>
      </CardHead>
      {contract.text === '' ? (
        <p className="flex items-center gap-2 px-4 pb-4 text-ink-3 text-sm">
          <FileCode className="size-4" aria-hidden />
          The release keeps no such file.
        </p>
      ) : (
        <pre
          ref={box}
          tabIndex={0}
          role="region"
          aria-label={`Source of ${contract.file}`}
          className="relative max-h-[calc(100dvh-7rem)] overflow-auto border-line border-t bg-sunken py-2 font-mono text-[0.71875rem] leading-[1.35rem] max-lg:max-h-[60vh]"
        >
          <code className="block w-max min-w-full">
            {lines.map((parts, at) => (
              <span
                // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
                key={at}
                data-line={at + 1}
                className={cn('flex', line?.at === at + 1 && 'bg-accent-soft shadow-[inset_3px_0_var(--accent)]')}
              >
                <span className="w-11 shrink-0 select-none pr-3 text-right text-ink-3" aria-hidden>
                  {at + 1}
                </span>
                <span className="whitespace-pre pr-4">
                  {parts.map((part, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: parts of one line never move
                    <span key={index} className={colour[part.kind]}>
                      {part.text}
                    </span>
                  ))}
                  {'\n'}
                </span>
              </span>
            ))}
          </code>
        </pre>
      )}
    </Card>
  )
}

const ContractSkeleton = () => (
  <div className="grid grid-cols-2 gap-3.5 max-lg:grid-cols-1">
    <div className="flex flex-col gap-3.5">
      <Skeleton className="h-64 w-full rounded-xl" />
      <Skeleton className="h-40 w-full rounded-xl" />
    </div>
    <Card>
      <SkeletonRows rows={16} />
    </Card>
  </div>
)
