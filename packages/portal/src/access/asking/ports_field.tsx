import { Checkbox } from '../../ui/index.ts'
import type { Looked } from './words.ts'

/** Which ports; all of them is said by naming none, so that those that come later are meant as well. */
export const PortsField = ({
  legend,
  ports,
  value,
  onChange,
  missing = false,
}: {
  legend: string
  ports: Looked['ports']
  /** Empty: all. Null: none, which cannot be asked for. */
  value: readonly string[] | null
  onChange: (value: readonly string[] | null) => void
  /** Say that one has to be chosen. */
  missing?: boolean
}) => {
  const all = ports.map(({ name }) => name)
  const picked = value === null ? [] : value.length === 0 ? all : value
  const put = (next: readonly string[]) => onChange(next.length === all.length ? [] : next.length === 0 ? null : next)
  if (ports.length === 0) return null
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1.5 font-medium text-ink-2 text-xs">{legend}</legend>
      <div className="flex flex-wrap gap-x-4 gap-y-1.5">
        {ports.map(({ name, technology }) => (
          <Checkbox
            key={name}
            label={
              <>
                {name} <span className="text-ink-3 text-xs">{technology}</span>
              </>
            }
            checked={picked.includes(name)}
            onChange={({ target }) =>
              put(
                target.checked
                  ? all.filter((each) => each === name || picked.includes(each))
                  : picked.filter((each) => each !== name),
              )
            }
          />
        ))}
      </div>
      {missing && value === null && <p className="mt-1 text-bad-ink text-xs">Choose at least one port.</p>}
    </fieldset>
  )
}
