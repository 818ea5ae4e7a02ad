import type { MaskView } from '@datamesh/core'
import { Plus, X } from 'lucide-react'
import { Button, Select, TextField } from '../ui/index.ts'
import { firstMask, fitting, howChoices } from './choices.ts'
import type { How } from './words.ts'

export type MaskableColumn = { name: string; type: string }

/** Masks column by column: which, how, and how much of it stays. */
export function MaskEditor({
  masks,
  columns,
  onChange,
}: {
  masks: readonly MaskView[]
  columns: readonly MaskableColumn[]
  onChange: (masks: readonly MaskView[]) => void
}) {
  const free = columns.filter(({ name }) => !masks.some(({ column }) => column === name))
  const typeOf = (column: string) => columns.find(({ name }) => name === column)?.type ?? 'VARCHAR'
  const put = (at: number, mask: MaskView) => onChange(masks.map((each, i) => (i === at ? mask : each)))
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 font-medium text-ink-2 text-xs">Hide columns</legend>
      <ul className="flex flex-col gap-1.5">
        {masks.map((mask, at) => (
          <li key={mask.column} className="flex flex-wrap items-center gap-2">
            <Select
              bare
              label={`Column ${at + 1}`}
              className="min-w-36 flex-1"
              value={mask.column}
              options={columns
                .filter(({ name }) => name === mask.column || free.some((each) => each.name === name))
                .map(({ name }) => ({ value: name, label: name }))}
              onChange={(column) => put(at, firstMask(column, 'redact', typeOf(column)))}
            />
            <Select
              bare
              label={`How ${mask.column} is hidden`}
              className="w-32"
              value={mask.how}
              options={fitting(typeOf(mask.column)).map((how) => ({ value: how, label: howChoices[how] }))}
              onChange={(how) => put(at, firstMask(mask.column, how as How, typeOf(mask.column)))}
            />
            <Much mask={mask} onChange={(next) => put(at, next)} />
            <Button
              size="icon"
              variant="ghost"
              aria-label={`Do not hide ${mask.column}`}
              onClick={() => onChange(masks.filter((_, i) => i !== at))}
            >
              <X className="size-4" aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
      {free.length > 0 && (
        <Button
          size="sm"
          className={masks.length > 0 ? 'mt-1.5' : ''}
          onClick={() => onChange([...masks, { column: free[0]?.name ?? '', how: 'redact' }])}
        >
          <Plus className="size-3.5" aria-hidden />
          {masks.length === 0 ? 'Hide a column' : 'Hide another column'}
        </Button>
      )}
    </fieldset>
  )
}

/** How much stays, for the masks that leave something. */
const Much = ({ mask, onChange }: { mask: MaskView; onChange: (mask: MaskView) => void }) => {
  if (mask.how === 'truncate')
    return (
      <TextField
        bare
        label={`Characters of ${mask.column} that stay`}
        type="number"
        min={0}
        max={1000}
        className="w-20"
        value={mask.keep}
        onChange={({ target }) => onChange({ ...mask, keep: Math.max(0, Math.min(1000, Number(target.value) || 0)) })}
      />
    )
  if (mask.how !== 'generalise') return null
  if (mask.to)
    return (
      <Select
        bare
        label={`${mask.column} stays to the`}
        className="w-24"
        value={mask.to}
        options={(['year', 'month', 'day'] as const).map((to) => ({ value: to, label: to }))}
        onChange={(to) => onChange({ column: mask.column, how: 'generalise', to: to as 'year' })}
      />
    )
  return (
    <TextField
      bare
      label={`Step of ${mask.column}`}
      type="number"
      min={0}
      step="any"
      className="w-24"
      value={mask.step ?? 10}
      onChange={({ target }) =>
        onChange({ column: mask.column, how: 'generalise', step: Number(target.value) > 0 ? Number(target.value) : 1 })
      }
    />
  )
}
