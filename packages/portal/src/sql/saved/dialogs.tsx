import { type FormEvent, useState } from 'react'
import { useChange } from '../../api/index.ts'
import { Button, Checkbox, Dialog, DialogClose, DialogContent, sentence, TextField } from '../../ui/index.ts'
import type { Saved } from './document.ts'

/** `id` is absent for one that is new. `share`: it is saved in order to be shared. */
export type ToSave = { id?: string; name: string; sql: string; shared: boolean; share?: boolean }

/** Asks for a name, and whether everybody may see it. */
export function SaveDialog({
  query,
  onClose,
  onSaved,
}: {
  query: ToSave
  onClose: () => void
  onSaved: (saved: Saved) => void
}) {
  const [name, setName] = useState(query.name)
  const [shared, setShared] = useState(query.shared || query.share === true)
  const [tried, setTried] = useState(false)
  const save = useChange('saveQuery', { stale: ['listSavedQueries'], done: onSaved })
  const empty = name.trim() === ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (!empty) save.mutate({ params: { id: query.id ?? 'new' }, body: { name: name.trim(), sql: query.sql, shared } })
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={query.share ? 'Share this query' : query.id ? 'Rename the query' : 'Save the query'}
        description={query.share ? 'A link can be opened by everybody once the query is saved and shared.' : undefined}
      >
        <form onSubmit={submit} noValidate className="mt-4 flex flex-col gap-4">
          <TextField
            label="Name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            maxLength={200}
            required
            autoFocus
            placeholder="Delays by month"
            error={tried && empty ? 'Give it a name.' : undefined}
          />
          <Checkbox
            label="Share with everybody who signs in"
            hint="They see its text. Who runs it reads only what that reader may."
            checked={shared}
            onChange={(event) => setShared(event.target.checked)}
          />
          {save.error && (
            <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad-ink text-xs">
              {sentence(save.error.message)} {save.error.requestId && `Request ${save.error.requestId}.`}
            </p>
          )}
          <div className="flex justify-end gap-2">
            <DialogClose render={<Button variant="ghost">Cancel</Button>} />
            <Button type="submit" variant="primary" busy={save.isPending} disabled={query.share === true && !shared}>
              {query.share ? 'Share and copy the link' : 'Save'}
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  )
}

export function DeleteDialog({
  saved,
  onClose,
  onDeleted,
}: {
  saved: Saved
  onClose: () => void
  onDeleted: () => void
}) {
  const remove = useChange('deleteSavedQuery', { stale: ['listSavedQueries'], done: onDeleted })
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={`Delete “${saved.name}”?`}
        description={saved.shared ? 'Links to it that others have will lead nowhere.' : 'It cannot be brought back.'}
      >
        {remove.error && (
          <p role="alert" className="mt-3 rounded-lg bg-bad-soft px-3 py-2 text-bad-ink text-xs">
            {sentence(remove.error.message)}
          </p>
        )}
        <div className="mt-5 flex justify-end gap-2">
          <DialogClose render={<Button variant="ghost">Keep it</Button>} />
          <Button variant="danger" busy={remove.isPending} onClick={() => remove.mutate({ params: { id: saved.id } })}>
            Delete
          </Button>
        </div>
      </DialogContent>
    </Dialog>
  )
}
