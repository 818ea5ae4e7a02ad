import { Link } from '@tanstack/react-router'
import { CircleCheck, Clock } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useApi, useChange } from '../api/index.ts'
import { useMe } from '../shell/me.ts'
import {
  Button,
  ButtonLink,
  Checkbox,
  Dialog,
  DialogClose,
  DialogContent,
  hintFor,
  sentence,
  TextArea,
  TextField,
} from '../ui/index.ts'
import { day, plural, when } from '../words/index.ts'
import { becauseSentence, type View } from './words.ts'

/** Asks the owner for the right to read. Whoever can read already, or has asked, is told so instead. */
export default function AccessDialog({
  product,
  open,
  onClose,
}: {
  product: View
  open: boolean
  onClose: () => void
}) {
  const [sent, setSent] = useState(false)
  const { canRead, how } = product.access
  // only a right with an end can be asked for again while it holds
  const grants = useApi(
    'listAccess',
    { query: { box: 'mine', product: product.id, state: 'granted' } },
    { enabled: open && how === 'granted' },
  )
  const renewed = grants.data?.access.find(({ until }) => until !== null)?.until ?? null
  const title = `Request access to ${product.title}`
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      {sent || how === 'requested' ? (
        <DialogContent title={title}>
          <Told
            icon={<Clock className="size-5" aria-hidden />}
            title={sent ? 'Your request is sent' : 'You have asked'}
          >
            {product.owner} decides. You find the answer under{' '}
            <Link to="/access" className="text-accent-ink underline">
              Access
            </Link>
            , where you can withdraw it as well.
          </Told>
          <div className="mt-4 flex justify-end">
            <DialogClose render={<Button variant="primary">Done</Button>} />
          </div>
        </DialogContent>
      ) : renewed ? (
        <DialogContent
          title={`Renew access to ${product.title}`}
          description={`You can read it until ${when(renewed)}. ${product.owner} decides how it goes on.`}
        >
          <Ask product={product} onSent={() => setSent(true)} />
        </DialogContent>
      ) : canRead ? (
        <DialogContent title={title}>
          <Told icon={<CircleCheck className="size-5" aria-hidden />} title="You can read it already">
            {becauseSentence(product.access.because)}
          </Told>
          <div className="mt-4 flex justify-end">
            <ButtonLink to="/sql" search={{ product: product.id }} variant="primary">
              Query
            </ButtonLink>
          </div>
        </DialogContent>
      ) : (
        <DialogContent title={title} description={`Goes to ${product.owner}.`}>
          <Ask product={product} onSent={() => setSent(true)} />
        </DialogContent>
      )}
    </Dialog>
  )
}

const Told = ({ icon, title, children }: { icon: React.ReactNode; title: string; children: React.ReactNode }) => (
  <div role="status" className="mt-4 flex gap-3 rounded-lg bg-ok-soft p-4 text-ok-ink">
    <span className="shrink-0">{icon}</span>
    <div>
      <p className="font-semibold">{title}</p>
      <p className="mt-0.5 text-sm">{children}</p>
    </div>
  </div>
)

const spans = [
  { label: '30 days', days: 30 },
  { label: '90 days', days: 90 },
  { label: '1 year', days: 365 },
] as const
const span = 'h-8 aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-ink'
/** Local date, `2026-02-01`. */
const dateIn = (days: number): string => {
  const at = new Date()
  at.setDate(at.getDate() + days)
  return `${at.getFullYear()}-${String(at.getMonth() + 1).padStart(2, '0')}-${String(at.getDate()).padStart(2, '0')}`
}

function Ask({ product, onSent }: { product: View; onSent: () => void }) {
  const me = useMe()
  const ports = product.outputPorts.filter(({ provisioned }) => provisioned)
  const [picked, setPicked] = useState<readonly string[]>(ports.map(({ name }) => name))
  const [purpose, setPurpose] = useState('')
  const [until, setUntil] = useState(dateIn(90))
  const [tried, setTried] = useState(false)
  const send = useChange('requestAccess', { stale: ['getProduct', 'search', 'listAccess'], done: onSent })
  const tooShort = purpose.trim().length < 3
  const past = until !== '' && until <= dateIn(0)
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setTried(true)
    if (tooShort || past || (ports.length > 0 && picked.length === 0)) {
      const form = event.currentTarget
      // once the fields say what is wrong with them
      requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid=true]')?.focus())
      return
    }
    send.mutate({
      body: {
        products: [product.id],
        // all of them is said by naming none: ports that come later are meant as well
        ports: picked.length === ports.length ? [] : [...picked],
        purpose: purpose.trim(),
        until: until === '' ? null : until,
      },
    })
  }
  return (
    <form onSubmit={submit} noValidate className="mt-4 flex flex-col gap-4">
      {ports.length > 0 && (
        <fieldset>
          <legend className="mb-1.5 font-medium text-ink-2 text-xs">Ports</legend>
          <div className="flex flex-col gap-1.5 rounded-md border border-line-2 p-2.5">
            {ports.map((port) => (
              <Checkbox
                key={port.name}
                label={port.name}
                hint={`${port.technology}${port.rateLimit ? `, ${port.rateLimit}` : ''}`}
                checked={picked.includes(port.name)}
                onChange={({ target }) =>
                  setPicked(target.checked ? [...picked, port.name] : picked.filter((each) => each !== port.name))
                }
              />
            ))}
          </div>
          {tried && picked.length === 0 && <p className="mt-1 text-bad-ink text-xs">Choose at least one port.</p>}
        </fieldset>
      )}
      <TextArea
        label="Purpose"
        placeholder="What decision or product does this serve?"
        hint={`Shown to the owner and kept with the grant. You ask as ${me.data?.name ?? 'yourself'}.`}
        error={tried && tooShort ? 'Say in a few words what it is for.' : undefined}
        value={purpose}
        onChange={(event) => setPurpose(event.target.value)}
        maxLength={2000}
        required
      />
      <div className="flex flex-wrap items-end gap-2">
        <TextField
          label="Until"
          type="date"
          className="min-w-40 flex-1"
          value={until}
          min={dateIn(1)}
          onChange={(event) => setUntil(event.target.value)}
          hint={until === '' ? 'Until it is revoked' : past ? undefined : `Ends on ${day(`${until}T00:00`)}`}
          error={past ? 'Choose a day that is still to come.' : undefined}
        />
        <div className="mb-5.5 flex gap-1" role="group" aria-label="How long">
          {spans.map(({ label, days }) => (
            <Button
              key={label}
              size="sm"
              className={span}
              aria-pressed={until === dateIn(days)}
              onClick={() => setUntil(dateIn(days))}
            >
              {label}
            </Button>
          ))}
          <Button size="sm" className={span} aria-pressed={until === ''} onClick={() => setUntil('')}>
            No end
          </Button>
        </div>
      </div>
      <Masked product={product} />
      {send.error && (
        <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-ink text-xs">
          {sentence(send.error.message)} {hintFor(send.error) && sentence(hintFor(send.error))}
          {send.error.requestId && ` Request ${send.error.requestId}.`}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <DialogClose render={<Button variant="ghost">Cancel</Button>} />
        <Button type="submit" variant="primary" busy={send.isPending}>
          Send request
        </Button>
      </div>
    </form>
  )
}

/** Columns that stay closed even with a grant. */
function Masked({ product }: { product: View }) {
  const schema = useApi('getSchema', { params: { domain: product.domain, product: product.name } })
  const pii = schema.data?.tables.flatMap(({ columns }) => columns.filter((each) => each.pii).map(({ name }) => name))
  const masked = [...new Set([...product.access.maskedColumns, ...(pii ?? [])])]
  if (masked.length === 0) return null
  return (
    <p className="rounded-lg bg-warn-soft px-3 py-2 text-warn-ink text-xs">
      {plural(masked.length, 'personal column')} will be masked: {masked.join(', ')}. Write in the purpose if you need{' '}
      {masked.length === 1 ? 'it' : 'them'}.
    </p>
  )
}
