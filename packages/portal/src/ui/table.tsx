import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'

/** A plain table that scrolls sideways inside its own frame. */
export const Table = ({ label, className, children }: { label: string; className?: string; children: ReactNode }) => (
  <div className={cn('relative overflow-x-auto', className)} role="region" aria-label={label} tabIndex={0}>
    <table className="w-full border-collapse text-sm">{children}</table>
  </div>
)
export const Th = ({ className, ...rest }: ComponentProps<'th'>) => (
  <th
    scope="col"
    className={cn(
      'h-8 whitespace-nowrap border-line border-y bg-sunken px-3 text-left font-medium text-ink-3 text-xs first:pl-4 last:pr-4',
      className,
    )}
    {...rest}
  />
)
export const Td = ({ className, ...rest }: ComponentProps<'td'>) => (
  <td className={cn('border-line border-b px-3 py-2 first:pl-4 last:pr-4', className)} {...rest} />
)
