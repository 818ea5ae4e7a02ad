import type { ApiError } from '@datamesh/sdk'
import { CircleAlert, CircleCheck, Clock, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { Button, ButtonLink, Card, sentence } from '../../ui/index.ts'
import { plural } from '../../words/index.ts'
import type { AccessRow } from '../decide.ts'
import { waitsFor } from '../words.ts'

export type Sent = { product: string; title: string; access: AccessRow | null; error: ApiError | null }

/** What came of each product that was asked for. */
export function SentList({ sent, onClose }: { sent: readonly Sent[]; onClose: () => void }) {
  const head = useRef<HTMLHeadingElement>(null)
  useEffect(() => head.current?.focus(), [])
  const failed = sent.filter(({ error }) => error !== null).length
  return (
    <Card className="mb-4 p-4" aria-labelledby="sent">
      <div className="flex items-start gap-3">
        <h2 id="sent" ref={head} tabIndex={-1} className="flex-1 rounded font-semibold text-base outline-none">
          {failed === sent.length
            ? 'Nothing was sent'
            : `${plural(sent.length - failed, 'request')} sent${failed > 0 ? `, ${failed} refused` : ''}`}
        </h2>
        <ButtonLink to="/access" size="sm">
          My access
        </ButtonLink>
        <Button size="icon-sm" variant="ghost" aria-label="Close the result" onClick={onClose}>
          <X className="size-4" aria-hidden />
        </Button>
      </div>
      <ul className="mt-2 flex flex-col gap-2">
        {sent.map((each) => (
          <li key={each.product} className="flex items-start gap-2 text-sm">
            <Sign sent={each} />
            <span>
              <b className="font-medium">{each.title}</b>
              <span className="block text-ink-3 text-xs">{outcome(each)}</span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

const Sign = ({ sent: { access, error } }: { sent: Sent }) => {
  const place = 'mt-0.5 size-4 shrink-0'
  if (error) return <CircleAlert className={`${place} text-bad-ink`} aria-hidden />
  return access?.state === 'granted' ? (
    <CircleCheck className={`${place} text-ok-ink`} aria-hidden />
  ) : (
    <Clock className={`${place} text-warn-ink`} aria-hidden />
  )
}

const outcome = ({ access, error }: Sent): string =>
  error
    ? sentence(error.message)
    : access?.state === 'granted'
      ? 'Granted. You can read it now.'
      : access
        ? sentence(waitsFor(access))
        : 'Sent.'
