import { getRouteApi } from '@tanstack/react-router'
import { Radio, X } from 'lucide-react'
import { type FormEvent, useEffect, useState } from 'react'
import { Button, Select, TextField } from '../ui/index.ts'
import { filterNames, kinds } from './words.ts'

const page = getRouteApi('/frame/audit')
const all = '*'

/** What is looked for; all of it stands in the address. */
export function Filters() {
  const search = page.useSearch()
  const navigate = page.useNavigate()
  const put = (part: { [K in keyof typeof search]?: (typeof search)[K] | undefined }) =>
    void navigate({
      search: (was) => {
        const { entry: _, ...rest } = was
        return Object.fromEntries(Object.entries({ ...rest, ...part }).filter(([, value]) => value !== undefined))
      },
      replace: true,
      resetScroll: false,
    })
  const set = filterNames.filter((name) => search[name] !== undefined)
  return (
    <div className="flex flex-wrap items-end gap-2" role="search" aria-label="Audit log">
      <Words label="Who" name="actor" placeholder="id" value={search.actor} onChange={(actor) => put({ actor })} />
      <Select
        label="Kind"
        className="w-32"
        value={search.kind ?? all}
        options={[
          { value: all, label: 'Any' },
          ...Object.entries(kinds).map(([value, label]) => ({ value, label })),
          ...(search.kind && !(search.kind in kinds) ? [{ value: search.kind, label: search.kind }] : []),
        ]}
        onChange={(kind) => put({ kind: kind === all ? undefined : kind })}
      />
      <Words
        label="What"
        name="action"
        placeholder="data:read, access."
        value={search.action}
        onChange={(action) => put({ action })}
      />
      <Words
        label="On what"
        name="subject"
        placeholder="domain/product"
        value={search.subject}
        onChange={(subject) => put({ subject })}
      />
      <TextField
        label="From"
        type="date"
        className="w-36"
        value={search.from?.slice(0, 10) ?? ''}
        onChange={({ target }) => put({ from: target.value || undefined })}
      />
      <TextField
        label="To"
        type="date"
        className="w-36"
        value={search.to?.slice(0, 10) ?? ''}
        onChange={({ target }) => put({ to: target.value || undefined })}
      />
      {set.length > 0 && (
        <Button variant="ghost" onClick={() => put(Object.fromEntries(filterNames.map((name) => [name, undefined])))}>
          <X className="size-3.5" aria-hidden />
          Clear
        </Button>
      )}
      <Button
        className="ml-auto aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-ink"
        aria-pressed={search.live === 'yes'}
        onClick={() => put({ live: search.live === 'yes' ? undefined : 'yes' })}
      >
        <Radio className="size-3.5" aria-hidden />
        Live
      </Button>
    </div>
  )
}

/** A word that is looked for when it was written: Enter, or on to the next field. */
function Words({
  label,
  name,
  placeholder,
  value,
  onChange,
}: {
  label: string
  name: string
  placeholder: string
  value: string | undefined
  onChange: (value: string | undefined) => void
}) {
  const [text, setText] = useState(value ?? '')
  useEffect(() => setText(value ?? ''), [value])
  const send = (event?: FormEvent) => {
    event?.preventDefault()
    const next = text.trim() || undefined
    if (next !== value) onChange(next)
  }
  return (
    <form onSubmit={send} className="min-w-32 flex-1">
      <TextField
        label={label}
        name={name}
        placeholder={placeholder}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={({ target }) => setText(target.value)}
        onBlur={() => send()}
      />
    </form>
  )
}
