import { FileSpreadsheet, FileUp } from 'lucide-react'
import { useId, useState } from 'react'
import { useChange } from '../../api/index.ts'
import { Button, cn, hintFor, sentence } from '../../ui/index.ts'
import { bytes } from '../../words/index.ts'
import { templates } from './templates.ts'

export type Uploaded = { id: string; name: string; bytes: number }
/** The platform takes a little more: 64 MB are written in two ways. */
const most = 64_000_000

/** A file, chosen or dropped, on its way to the platform. */
export function SampleFile({
  uploaded,
  onUploaded,
}: {
  uploaded: Uploaded | null
  onUploaded: (file: Uploaded) => void
}) {
  const id = useId()
  const [over, setOver] = useState(false)
  const [tooLarge, setTooLarge] = useState<string | null>(null)
  const upload = useChange('upload', { done: onUploaded })
  const take = (file: File | undefined) => {
    setOver(false)
    if (!file) return
    if (file.size > most)
      return setTooLarge(
        `${file.name} has ${bytes(file.size)}; a sample may have ${bytes(most)}. A part of it is enough.`,
      )
    setTooLarge(null)
    upload.mutate({ query: { name: file.name }, body: file })
  }
  const problem =
    tooLarge ?? (upload.error ? `${sentence(upload.error.message)} ${sentence(hintFor(upload.error))}` : null)
  return (
    <div>
      <label
        htmlFor={id}
        onDragOver={(event) => {
          event.preventDefault()
          setOver(true)
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault()
          take(event.dataTransfer.files[0])
        }}
        className={cn(
          'flex cursor-pointer flex-col items-center gap-2 rounded-xl border-2 border-line-2 border-dashed px-4 py-10 text-center focus-within:outline-2 focus-within:outline-accent focus-within:outline-offset-2 hover:bg-sunken',
          over && 'border-accent bg-accent-soft',
          upload.isPending && 'animate-pulse',
        )}
      >
        {uploaded ? (
          <FileSpreadsheet className="size-6 text-ok-ink" aria-hidden />
        ) : (
          <FileUp className="size-6 text-ink-3" aria-hidden />
        )}
        <span className="font-medium text-sm">
          {upload.isPending ? 'Uploading…' : uploaded ? uploaded.name : 'Drop a file here, or choose one'}
        </span>
        <span className="text-ink-3 text-xs">
          {uploaded
            ? `${bytes(uploaded.bytes)}; choose another to replace it`
            : `CSV, Parquet or JSON, up to ${bytes(most)}`}
        </span>
        <input
          id={id}
          type="file"
          aria-label="Sample file"
          accept=".csv,.tsv,.txt,.parquet,.json,.ndjson,.jsonl"
          className="sr-only"
          onChange={(event) => take(event.target.files?.[0])}
        />
      </label>
      {problem && (
        <p role="alert" className="mt-2 text-bad-ink text-xs">
          {problem}
        </p>
      )}
      <div className="mt-3 flex flex-wrap items-center gap-2 text-ink-3 text-xs">
        No file at hand? Begin with a template:
        {templates.map(({ title, file, text }) => (
          <Button key={file} size="sm" onClick={() => take(new File([text], file, { type: 'text/csv' }))}>
            {title}
          </Button>
        ))}
      </div>
      <p className="mt-3 text-ink-3 text-xs">
        Schema, checks and marks for personal data are proposed from what stands in it. The file becomes the first
        delivery of the product.
      </p>
    </div>
  )
}
