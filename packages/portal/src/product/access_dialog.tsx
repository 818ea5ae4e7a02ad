import { Link } from '@tanstack/react-router'
import { CircleCheck, Clock } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Ask } from '../access/asking/ask.tsx'
import { useApi } from '../api/index.ts'
import { Button, ButtonLink, Dialog, DialogClose, DialogContent } from '../ui/index.ts'
import { when } from '../words/index.ts'
import { becauseSentence, type View } from './words.ts'

/** Asks for the right to read. Whoever can read already, or has asked, is told so instead. */
export default function AccessDialog({
  product,
  open,
  onClose,
}: {
  product: View
  open: boolean
  onClose: () => void
}) {
  const [sent, setSent] = useState<'granted' | 'waiting' | null>(null)
  const { canRead, how } = product.access
  // only a right with an end can be asked for again while it holds
  const grants = useApi(
    'listAccess',
    { query: { box: 'mine', product: product.id, state: 'granted' } },
    { enabled: open && how === 'granted' },
  )
  const renewed = grants.data?.access.find(({ mayRenew }) => mayRenew)
  const title = `Request access to ${product.title}`
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      {sent === 'granted' ? (
        <DialogContent title={title}>
          <Told icon={<CircleCheck className="size-5" aria-hidden />} title="You can read it now">
            Its policy asks for nobody's word: the right was given at once.
          </Told>
          <Query product={product} />
        </DialogContent>
      ) : sent === 'waiting' || how === 'requested' ? (
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
      ) : renewed?.until ? (
        <DialogContent
          title={`Renew access to ${product.title}`}
          description={`It can be read until ${when(renewed.until)}. Who gave the right decides how it goes on.`}
        >
          <Ask product={product.id} renews={renewed} onSent={setSent} />
        </DialogContent>
      ) : canRead ? (
        <DialogContent title={title}>
          <Told icon={<CircleCheck className="size-5" aria-hidden />} title="You can read it already">
            {becauseSentence(product.access.because)}
          </Told>
          <Query product={product} />
        </DialogContent>
      ) : (
        <DialogContent title={title} description={`Goes to ${product.owner}.`}>
          <Ask product={product.id} onSent={setSent} />
        </DialogContent>
      )}
    </Dialog>
  )
}

const Query = ({ product }: { product: View }) => (
  <div className="mt-4 flex justify-end">
    <ButtonLink to="/sql" search={{ product: product.id }} variant="primary">
      Query
    </ButtonLink>
  </div>
)

const Told = ({ icon, title, children }: { icon: ReactNode; title: string; children: ReactNode }) => (
  <div role="status" className="mt-4 flex gap-3 rounded-lg bg-ok-soft p-4 text-ok-ink">
    <span className="shrink-0">{icon}</span>
    <div>
      <p className="font-semibold">{title}</p>
      <p className="mt-0.5 text-sm">{children}</p>
    </div>
  </div>
)
