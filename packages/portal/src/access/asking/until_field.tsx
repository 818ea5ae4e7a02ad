import { Button, cn, TextField } from '../../ui/index.ts'
import { day } from '../../words/index.ts'
import { dateIn, isPast, spans } from './dates.ts'

const span = 'h-8 aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent-ink'

/** A last day, with the usual ones beside it; empty: until it is revoked. */
export const UntilField = ({
  value,
  onChange,
  stacked = false,
}: {
  value: string
  onChange: (value: string) => void
  /** Below each other, where there is little room. */
  stacked?: boolean
}) => {
  const past = isPast(value)
  return (
    <div className={stacked ? 'flex flex-col gap-2' : 'flex flex-wrap items-end gap-x-2 gap-y-1'}>
      <TextField
        label="Until"
        type="date"
        className="min-w-40 flex-1"
        value={value}
        min={dateIn(1)}
        onChange={(event) => onChange(event.target.value)}
        hint={value === '' ? 'Until it is revoked' : past ? undefined : `Ends on ${day(`${value}T00:00`)}`}
        error={past ? 'Choose a day that is still to come.' : undefined}
      />
      <div className={cn('flex flex-wrap gap-1', !stacked && 'mb-5.5')} role="group" aria-label="How long">
        {spans.map(({ label, days }) => (
          <Button
            key={label}
            size="sm"
            className={span}
            aria-pressed={value === dateIn(days)}
            onClick={() => onChange(dateIn(days))}
          >
            {label}
          </Button>
        ))}
        <Button size="sm" className={span} aria-pressed={value === ''} onClick={() => onChange('')}>
          No end
        </Button>
      </div>
    </div>
  )
}
