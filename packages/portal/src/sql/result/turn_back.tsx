import { type FormEvent, useState } from 'react'
import { useApi, useChange } from '../../api/index.ts'
import { Button, hintFor, sentence, TextField } from '../../ui/index.ts'
import { partsOf } from '../../words/index.ts'

/** A token back into its value, for holders of the right; each time is written into the audit log, with the purpose. */
export function TurnBack({ product, token }: { product: string; token: string }) {
  const found = useApi('getProduct', { params: partsOf(product) }, { staleTime: 60_000 })
  const [purpose, setPurpose] = useState('')
  const turned = useChange('detokenise')
  if (!found.data?.access.mayDetokenise) return null
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (purpose.trim().length >= 3)
      turned.mutate({ params: partsOf(product), body: { tokens: [token], purpose: purpose.trim() } })
  }
  if (turned.data) {
    const value = turned.data.values[0]
    return (
      <p role="status" className="mt-2 rounded-md bg-ok-soft px-2 py-1.5 text-ok-ink text-xs">
        {value == null ? (
          'This token holds no value of the product.'
        ) : (
          <>
            Value <code className="select-text font-mono [overflow-wrap:anywhere]">{value}</code>
          </>
        )}
      </p>
    )
  }
  return (
    <form onSubmit={submit} className="mt-2 flex items-end gap-2">
      <TextField
        label="Turn back, for the purpose"
        className="min-w-0 flex-1"
        required
        minLength={3}
        maxLength={2000}
        value={purpose}
        onChange={({ target }) => setPurpose(target.value)}
        error={turned.error ? sentence(`${turned.error.message} ${hintFor(turned.error)}`.trim()) : undefined}
        hint="Written into the audit log."
      />
      <Button type="submit" className="mb-5.5" busy={turned.isPending}>
        Turn back
      </Button>
    </form>
  )
}
