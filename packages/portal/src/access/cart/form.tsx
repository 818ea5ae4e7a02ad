import { isApiError } from '@datamesh/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { client } from '../../api/index.ts'
import { Button, Card, TextArea } from '../../ui/index.ts'
import { plural } from '../../words/index.ts'
import { dateIn, isPast } from '../asking/dates.ts'
import { HolderField } from '../asking/holder_field.tsx'
import { toFirstMistake } from '../asking/refused.tsx'
import { UntilField } from '../asking/until_field.tsx'
import type { Holder } from '../asking/words.ts'
import type { Wanted } from './cart.ts'
import type { Sent } from './sent.tsx'

/** Said once for all products. Each is asked for by itself, so that one that is refused does not stop the others. */
export function CartForm({
  items,
  holders,
  holder,
  onHolder,
  onSent,
}: {
  /** Those that can be asked for. */
  items: readonly Wanted[]
  holders: readonly Holder[]
  holder: string
  onHolder: (holder: string) => void
  onSent: (sent: readonly Sent[]) => void
}) {
  const cache = useQueryClient()
  const [purpose, setPurpose] = useState('')
  const [until, setUntil] = useState(dateIn(90))
  const [tried, setTried] = useState(false)
  const [busy, setBusy] = useState(false)
  const tooShort = purpose.trim().length < 3
  const sendOne = async ({ product, title, ports }: Wanted): Promise<Sent> => {
    try {
      const { access } = await client.call('requestAccess', {
        body: {
          products: [product],
          ports: [...ports],
          purpose: purpose.trim(),
          until: until === '' ? null : until,
          ...(holder ? { onBehalfOf: holder } : {}),
        },
      })
      return { product, title, access: access[0] ?? null, error: null }
    } catch (error) {
      if (!isApiError(error)) throw error
      return { product, title, access: null, error }
    }
  }
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setTried(true)
    if (tooShort || isPast(until)) return toFirstMistake(event.currentTarget)
    setBusy(true)
    try {
      const sent: Sent[] = []
      for (const item of items) sent.push(await sendOne(item))
      const stale = ['listAccess', 'getProduct', 'search', 'previewAccess', 'sqlCatalog']
      await cache.invalidateQueries({ predicate: ({ queryKey }) => stale.includes(String(queryKey[0])) })
      onSent(sent)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Card className="sticky top-4 p-4 max-lg:static">
      <form
        onSubmit={(event) => void submit(event)}
        noValidate
        className="flex flex-col gap-4"
        aria-label="The request"
      >
        <HolderField holders={holders} value={holder} onChange={onHolder} />
        <TextArea
          label="Purpose"
          placeholder="What decision or product does this serve?"
          hint="Shown to everybody who decides, and kept with each grant."
          error={tried && tooShort ? 'Say in a few words what it is for.' : undefined}
          value={purpose}
          onChange={(event) => setPurpose(event.target.value)}
          maxLength={2000}
          required
        />
        <UntilField stacked value={until} onChange={setUntil} />
        <Button type="submit" variant="primary" size="lg" busy={busy} disabled={items.length === 0}>
          {items.length === 0 ? 'Nothing to send' : `Send ${plural(items.length, 'request')}`}
        </Button>
      </form>
    </Card>
  )
}
