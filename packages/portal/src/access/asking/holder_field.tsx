import { Select } from '../../ui/index.ts'
import { type Holder, holderLabel } from './words.ts'

/** For whom one asks: oneself, a team, a machine that one owns. Nothing to choose, nothing to show. */
export const HolderField = ({
  holders,
  value,
  onChange,
}: {
  holders: readonly Holder[]
  /** Empty: oneself. */
  value: string
  onChange: (value: string) => void
}) => {
  const [me] = holders
  if (holders.length < 2 || !me) return null
  return (
    <Select
      label="For"
      value={value === '' ? me.id : value}
      options={holders.map((each) => ({ value: each.id, label: holderLabel(each) }))}
      onChange={(next) => onChange(next === me.id ? '' : next)}
    />
  )
}
