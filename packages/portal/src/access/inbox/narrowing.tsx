import type { MaskView } from '@datamesh/core'
import { useApi } from '../../api/index.ts'
import { MaskEditor } from '../../masks/editor.tsx'
import { Checkbox, Skeleton, sentence, TextArea, TextField } from '../../ui/index.ts'
import { partsOf } from '../../words/index.ts'
import { dateIn } from '../asking/dates.ts'
import type { AccessRow } from '../decide.ts'
import { lastDayOf } from '../decide.ts'
import type { Tried } from './use_tried.ts'

export type Narrowed = { until: string; masks: readonly MaskView[]; rowFilter: string; detokenise: boolean }

/** What is given can be less than what was asked for: a nearer end, hidden columns, some of the rows. */
export function Narrowing({
  request,
  value,
  tried,
  onChange,
}: {
  request: AccessRow
  value: Narrowed
  tried: Tried
  onChange: (value: Narrowed) => void
}) {
  const schema = useApi('getSchema', { params: partsOf(request.product) })
  const columns = [
    ...new Map(
      schema.data?.tables.flatMap(({ columns }) => columns.map(({ name, type }) => [name, { name, type }] as const)) ??
        [],
    ).values(),
  ]
  return (
    <div className="grid grid-cols-2 gap-x-6 gap-y-4 max-md:grid-cols-1">
      <div className="flex min-w-0 flex-col gap-4">
        <TextField
          label="Until"
          type="date"
          min={dateIn(1)}
          value={value.until}
          onChange={({ target }) => onChange({ ...value, until: target.value })}
          hint={
            value.until === ''
              ? 'Without a day it lasts until it is revoked.'
              : `The right ends with that day. Asked for: ${request.until ? lastDayOf(request.until) : 'no end'}.`
          }
        />
        {schema.data ? (
          <MaskEditor masks={value.masks} columns={columns} onChange={(masks) => onChange({ ...value, masks })} />
        ) : (
          <Skeleton className="h-14" />
        )}
      </div>
      <div className="flex min-w-0 flex-col gap-4">
        <TextArea
          label="Only rows where"
          className="[&_textarea]:font-mono [&_textarea]:text-xs"
          spellCheck={false}
          placeholder={filterExample(columns)}
          value={value.rowFilter}
          onChange={({ target }) => onChange({ ...value, rowFilter: target.value })}
          error={tried.state === 'mistake' ? sentence(tried.what) : undefined}
          hint={
            tried.state === 'taken'
              ? `Understood as: ${tried.filter}`
              : tried.state === 'trying'
                ? 'Looking at it'
                : 'A condition over columns of the product. Empty: all rows.'
          }
        />
        <Checkbox
          label="Tokens may be turned back into values"
          hint="For columns that are shown as tokens. Each time is written into the audit log."
          checked={value.detokenise}
          onChange={({ target }) => onChange({ ...value, detokenise: target.checked })}
        />
      </div>
    </div>
  )
}

const filterExample = (columns: readonly { name: string; type: string }[]): string => {
  const text = columns.find(({ type }) => /^(VARCHAR|STRING|TEXT)/i.test(type))
  return text ? `${text.name} in ('A', 'B')` : 'country = 1'
}
