import { getRouteApi, Link } from '@tanstack/react-router'
import { Check, Clock, Lock } from 'lucide-react'
import { useState } from 'react'
import { LazyMaskWords } from '../../masks/lazy.tsx'
import { Button, ButtonLink, Card, CardHead, CodeBlock } from '../../ui/index.ts'
import { plural } from '../../words/index.ts'
import { curl } from '../snippet.ts'
import { accessWord, becauseSentence, type View } from '../words.ts'

const route = getRouteApi('/frame/products/$domain/$product')

/** Can I use it now: my right, and the shortest way to the first rows. */
export function Use({ product }: { product: View }) {
  const navigate = route.useNavigate()
  const { canRead, how, because, masks } = product.access
  const ports = product.outputPorts.filter(({ provisioned }) => provisioned)
  const [name, setName] = useState(ports[0]?.name ?? '')
  const port = ports.find((each) => each.name === name) ?? ports[0]
  const table = product.tables[0] ?? ''
  const snippet =
    port && table !== ''
      ? curl({ origin: location.origin, product: product.id, tables: product.tables, table, port })
      : undefined
  return (
    <Card>
      <CardHead title="Can I use it now" />
      <div className="px-4 pb-4">
        <p className="flex items-start gap-2 text-sm">
          {canRead ? (
            <Check className="mt-0.5 size-4 shrink-0 text-ok-ink" aria-hidden />
          ) : how === 'requested' ? (
            <Clock className="mt-0.5 size-4 shrink-0 text-warn-ink" aria-hidden />
          ) : (
            <Lock className="mt-0.5 size-4 shrink-0 text-ink-3" aria-hidden />
          )}
          <span>
            <b className="font-semibold">{accessWord(product)}</b>
            <span className="block text-ink-3 text-xs">{becauseSentence(because)}</span>
            {canRead && masks.length > 0 && (
              <span className="block text-warn-ink text-xs">
                {plural(masks.length, 'column')} masked: <LazyMaskWords masks={masks} />.
              </span>
            )}
            <Link
              to="/access"
              search={{ box: 'explain', product: product.id }}
              className="rounded text-accent-ink text-xs hover:underline"
            >
              Why {canRead ? 'I can' : 'I cannot'} read it
            </Link>
          </span>
        </p>
        {!canRead && how !== 'requested' && (
          <Button
            variant="primary"
            className="mt-3 w-full"
            onClick={() => void navigate({ search: (was) => ({ ...was, dialog: 'access' }), resetScroll: false })}
          >
            Request access
          </Button>
        )}
        {canRead && product.head === null && (
          <p className="mt-2 text-ink-3 text-xs">Nothing is published yet to be read.</p>
        )}
        {canRead && product.head !== null && snippet && (
          <div className="mt-3">
            {ports.length > 1 && (
              <div
                className="mb-2 flex gap-0.5 rounded-lg bg-sunken p-0.5 ring-1 ring-line ring-inset"
                role="group"
                aria-label="Port"
              >
                {ports.map((each) => (
                  <button
                    key={each.name}
                    type="button"
                    aria-pressed={each === port}
                    onClick={() => setName(each.name)}
                    className="h-7 min-w-0 flex-1 truncate rounded-md px-2 font-medium text-ink-3 text-xs hover:text-ink aria-pressed:bg-surface aria-pressed:text-ink aria-pressed:shadow-card aria-pressed:ring-1 aria-pressed:ring-line"
                  >
                    {each.name}
                  </button>
                ))}
              </div>
            )}
            <CodeBlock code={brief(snippet.code)} label={`${snippet.label} for ${port?.name ?? ''}`} />
            <ButtonLink
              to="/products/$domain/$product"
              params={{ domain: product.domain, product: product.name }}
              search={{ tab: 'ports' }}
              variant="ghost"
              size="sm"
              className="mt-1.5 -ml-2.5"
            >
              Python, SQL, DuckDB and more
            </ButtonLink>
          </div>
        )}
      </div>
    </Card>
  )
}

/** The first command alone, without words: the rest stands in the tab of the ports. */
const brief = (code: string): string =>
  (code.split('\n\n')[0] ?? code)
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .join('\n')
