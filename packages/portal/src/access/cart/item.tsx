import { Link } from '@tanstack/react-router'
import { X } from 'lucide-react'
import { Badge, Button, Card, DomainTile, readable } from '../../ui/index.ts'
import { partsOf } from '../../words/index.ts'
import { PortsField } from '../asking/ports_field.tsx'
import { WhatNext } from '../asking/what_next.tsx'
import type { Looked } from '../asking/words.ts'
import type { Wanted } from './cart.ts'

/** One product of the cart: which ports, who has to approve, what will be masked. */
export function CartItem({
  item,
  looked,
  gone,
  onPorts,
  onDrop,
}: {
  item: Wanted
  looked: Looked | undefined
  gone: boolean
  onPorts: (ports: readonly string[]) => void
  onDrop: () => void
}) {
  const { domain, product } = partsOf(item.product)
  return (
    <Card className="p-4">
      <div className="flex items-start gap-3">
        <DomainTile domain={domain} />
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold text-base tracking-tight">
            <Link to="/products/$domain/$product" params={{ domain, product }} className="rounded hover:underline">
              {looked?.title ?? readable(item.title)}
            </Link>
          </h2>
          <p className="flex flex-wrap items-center gap-x-2 text-ink-3 text-xs">
            {readable(domain)}
            {looked && looked.state !== 'ask' && <Stop looked={looked} />}
            {gone && <Badge tone="bad">gone</Badge>}
          </p>
        </div>
        <Button size="icon" variant="ghost" aria-label={`Remove ${item.title} from the request`} onClick={onDrop}>
          <X className="size-4" aria-hidden />
        </Button>
      </div>
      {gone && (
        <p className="mt-3 text-ink-2 text-sm">It is no longer there, or no longer for you. Remove it to go on.</p>
      )}
      {looked && looked.state !== 'ask' && <p className="mt-3 text-ink-2 text-sm">{stops[looked.state](looked)}</p>}
      {looked?.state === 'ask' && (
        <div className="mt-3 grid grid-cols-2 gap-x-6 gap-y-4 border-line border-t pt-3 max-md:grid-cols-1">
          <PortsField
            legend={`Ports of ${looked.title}`}
            ports={looked.ports}
            value={item.ports}
            // the last one stays: a product without ports is not in the cart
            onChange={(ports) => ports !== null && onPorts(ports)}
          />
          <WhatNext looked={looked} />
        </div>
      )}
    </Card>
  )
}

const stops: Readonly<Record<Exclude<Looked['state'], 'ask'>, (looked: Looked) => string>> = {
  readable: ({ because }) => `There is nothing to ask for: ${because}. It is left out when you send.`,
  draft: () => 'A draft cannot be asked for yet. It is left out when you send.',
  refused: ({ because }) => `A policy would still say no: ${because}. It is left out when you send.`,
}

const Stop = ({ looked }: { looked: Looked }) =>
  looked.state === 'readable' ? (
    <Badge tone="ok">readable already</Badge>
  ) : (
    <Badge tone="warn">{looked.state === 'draft' ? 'draft' : 'refused by policy'}</Badge>
  )
