import { keepPreviousData } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useApi, useChange } from '../../api/index.ts'
import { useMe } from '../../shell/me.ts'
import { Button, DialogClose, Loaded, Skeleton, TextArea } from '../../ui/index.ts'
import type { AccessRow } from '../decide.ts'
import { dateIn, isPast } from './dates.ts'
import { HolderField } from './holder_field.tsx'
import { PortsField } from './ports_field.tsx'
import { Refused, toFirstMistake } from './refused.tsx'
import { UntilField } from './until_field.tsx'
import { WhatNext } from './what_next.tsx'
import type { Preview } from './words.ts'

type Props = {
  product: string
  /** The grant that is to go on, under the same conditions. */
  renews?: AccessRow
  onSent: (what: 'granted' | 'waiting') => void
}

/** One product: for whom, which ports, what for, until when; and what happens then. Stands in a dialog. */
export function Ask({ product, renews, onSent }: Props) {
  const me = useMe()
  const held = renews?.principal && renews.principal !== me.data?.id ? renews.principal : ''
  const [holder, setHolder] = useState(held)
  const preview = useApi(
    'previewAccess',
    { query: { products: product, ...(holder ? { onBehalfOf: holder } : {}) } },
    { placeholderData: keepPreviousData, staleTime: 30_000 },
  )
  return (
    <Loaded
      from={preview}
      skeleton={
        <div className="mt-4 flex flex-col gap-4">
          <Skeleton className="h-12" />
          <Skeleton className="h-24" />
          <Skeleton className="h-14" />
        </div>
      }
    >
      {(preview) => (
        <Form
          product={product}
          preview={preview}
          holder={holder}
          onHolder={setHolder}
          onSent={onSent}
          {...(renews ? { renews } : {})}
        />
      )}
    </Loaded>
  )
}

function Form({
  product,
  preview,
  holder,
  onHolder,
  renews,
  onSent,
}: Props & { preview: Preview; holder: string; onHolder: (holder: string) => void }) {
  const me = useMe()
  const looked = preview.products[0]
  const [ports, setPorts] = useState<readonly string[] | null>(renews?.ports ?? [])
  const [purpose, setPurpose] = useState(renews?.purpose ?? '')
  const [until, setUntil] = useState(dateIn(90))
  const [tried, setTried] = useState(false)
  const send = useChange('requestAccess', {
    stale: ['getProduct', 'search', 'listAccess', 'listConsumers', 'previewAccess'],
    done: ({ access }) => onSent(access.every(({ state }) => state === 'granted') ? 'granted' : 'waiting'),
  })
  const tooShort = purpose.trim().length < 3
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setTried(true)
    if (tooShort || isPast(until) || ports === null) return toFirstMistake(event.currentTarget)
    send.mutate({
      body: {
        products: [product],
        ports: [...ports],
        purpose: purpose.trim(),
        until: until === '' ? null : until,
        ...(holder ? { onBehalfOf: holder } : {}),
        ...(renews ? { renews: renews.id } : {}),
      },
    })
  }
  const stop = looked && looked.state !== 'ask' && !renews ? looked : null
  return (
    <form onSubmit={submit} noValidate className="mt-4 flex flex-col gap-4">
      {!renews && <HolderField holders={preview.holders} value={holder} onChange={onHolder} />}
      {looked && !renews && (
        <PortsField legend="Ports" ports={looked.ports} value={ports} onChange={setPorts} missing={tried} />
      )}
      <TextArea
        label="Purpose"
        autoFocus
        placeholder="What decision or product does this serve?"
        hint={`Shown to who decides and kept with the grant. You ask as ${me.data?.name ?? 'yourself'}.`}
        error={tried && tooShort ? 'Say in a few words what it is for.' : undefined}
        value={purpose}
        onChange={(event) => setPurpose(event.target.value)}
        maxLength={2000}
        required
      />
      <UntilField value={until} onChange={setUntil} />
      {stop ? (
        <p role="status" className="rounded-lg bg-sunken px-3 py-2 text-ink-2 text-xs">
          {stop.state === 'readable'
            ? `There is nothing to ask for: ${stop.because}.`
            : stop.state === 'draft'
              ? 'A draft cannot be asked for yet.'
              : `A policy would still say no: ${stop.because}.`}
        </p>
      ) : (
        looked && <WhatNext looked={looked} />
      )}
      {send.error && <Refused error={send.error} />}
      <div className="flex justify-end gap-2">
        <DialogClose render={<Button variant="ghost">Cancel</Button>} />
        <Button
          type="submit"
          variant="primary"
          busy={send.isPending}
          disabled={stop !== null && stop.state !== 'refused'}
        >
          Send request
        </Button>
      </div>
    </form>
  )
}
