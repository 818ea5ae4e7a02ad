import { Dialog, DialogContent, useToasts } from '../../ui/index.ts'
import { when } from '../../words/index.ts'
import { Ask } from '../asking/ask.tsx'
import type { AccessRow } from '../decide.ts'

/** Asks for the same right again, under the same conditions, until another day. */
export default function RenewDialog({ row, open, onClose }: { row: AccessRow; open: boolean; onClose: () => void }) {
  const { tell } = useToasts()
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()}>
      <DialogContent
        title={`Renew access to ${row.productTitle}`}
        description={
          row.until === null
            ? undefined
            : `${row.state === 'granted' ? 'It can be read until' : 'It ended'} ${when(row.until)}. It goes on under the same conditions.`
        }
      >
        <Ask
          product={row.product}
          renews={row}
          onSent={(what) => {
            tell(what === 'granted' ? 'Access renewed' : 'Renewal asked for', row.productTitle)
            onClose()
          }}
        />
      </DialogContent>
    </Dialog>
  )
}
