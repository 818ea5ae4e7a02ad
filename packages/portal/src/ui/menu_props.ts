import type { ComponentProps, ReactElement, ReactNode } from 'react'

export type MenuItem = {
  label: string
  icon?: ReactNode
  kbd?: string
  danger?: boolean
  disabled?: boolean
  onSelect: () => void
}
export type MenuProps = { trigger: ReactElement<ComponentProps<'button'>>; items: readonly MenuItem[] }
