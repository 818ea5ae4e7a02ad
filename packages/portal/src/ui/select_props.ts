export type Option = { value: string; label: string }
export type SelectProps = {
  label: string
  options: readonly Option[]
  value: string
  onChange: (value: string) => void
  disabled?: boolean
}

export const selectClass =
  'flex h-8 w-full items-center gap-2 rounded-md border border-line-2 bg-surface px-2.5 text-sm disabled:opacity-50 data-disabled:opacity-50'
