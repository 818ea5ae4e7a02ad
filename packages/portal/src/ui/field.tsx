import { Check, Search } from 'lucide-react'
import { type ComponentProps, type ReactNode, useId } from 'react'
import { cn } from './cn.ts'

const control =
  'w-full rounded-md border border-line-2 bg-surface px-2.5 text-sm placeholder:text-ink-3 disabled:opacity-60 aria-invalid:border-bad'

type Around = { label: string; hint?: ReactNode; error?: ReactNode; bare?: boolean; className?: string | undefined }

const Field = ({
  label,
  hint,
  error,
  bare,
  className,
  children,
}: Around & { children: (ids: { id: string; describedBy: string | undefined }) => ReactNode }) => {
  const id = useId()
  const describedBy = error != null || hint != null ? `${id}-about` : undefined
  return (
    <div className={className}>
      <label htmlFor={id} className={bare ? 'sr-only' : 'mb-1 block font-medium text-ink-2 text-xs'}>
        {label}
      </label>
      {children({ id, describedBy })}
      {describedBy && (
        <p id={describedBy} className={cn('mt-1 text-xs', error != null ? 'text-bad-ink' : 'text-ink-3')}>
          {error ?? hint}
        </p>
      )}
    </div>
  )
}

export const TextField = ({
  label,
  hint,
  error,
  bare,
  className,
  ...rest
}: Around & Omit<ComponentProps<'input'>, 'className'>) => (
  <Field label={label} hint={hint} error={error} bare={bare ?? false} className={className}>
    {({ id, describedBy }) => (
      <input
        id={id}
        aria-describedby={describedBy}
        aria-invalid={error != null || undefined}
        className={cn(control, 'h-8')}
        {...rest}
      />
    )}
  </Field>
)

export const TextArea = ({
  label,
  hint,
  error,
  bare,
  className,
  ...rest
}: Around & Omit<ComponentProps<'textarea'>, 'className'>) => (
  <Field label={label} hint={hint} error={error} bare={bare ?? false} className={className}>
    {({ id, describedBy }) => (
      <textarea
        id={id}
        rows={3}
        aria-describedby={describedBy}
        aria-invalid={error != null || undefined}
        className={cn(control, 'py-2')}
        {...rest}
      />
    )}
  </Field>
)

export const SearchField = ({
  label,
  className,
  big,
  children,
  ...rest
}: { label: string; className?: string; big?: boolean; children?: ReactNode } & Omit<
  ComponentProps<'input'>,
  'className'
>) => (
  <div className={cn('relative', className)}>
    <Search
      className={cn(
        'pointer-events-none absolute top-1/2 -translate-y-1/2 text-ink-3',
        big ? 'left-4 size-4' : 'left-2.5 size-3.5',
      )}
      aria-hidden
    />
    <input
      type="search"
      aria-label={label}
      autoComplete="off"
      spellCheck={false}
      className={cn(
        control,
        'shadow-card [&::-webkit-search-cancel-button]:hidden',
        big ? 'h-11 rounded-xl pr-12 pl-11 text-base' : 'h-8 pl-8',
      )}
      {...rest}
    />
    {children != null && <span className="absolute inset-y-0 right-3 flex items-center">{children}</span>}
  </div>
)

export const Checkbox = ({
  label,
  hint,
  className,
  ...rest
}: { label: ReactNode; hint?: ReactNode; className?: string } & Omit<
  ComponentProps<'input'>,
  'className' | 'type'
>) => (
  <label className={cn('flex cursor-pointer items-start gap-2 text-sm', className)}>
    <span className="relative mt-0.5 size-4 shrink-0">
      <input
        type="checkbox"
        className="peer block size-4 cursor-pointer appearance-none rounded-[5px] border border-ink-3/60 bg-surface checked:border-accent checked:bg-accent disabled:opacity-50"
        {...rest}
      />
      <Check
        className="pointer-events-none absolute inset-0 m-auto size-3 stroke-3 text-on-accent opacity-0 peer-checked:opacity-100"
        aria-hidden
      />
    </span>
    <span>
      {label}
      {hint != null && <span className="block text-ink-3 text-xs">{hint}</span>}
    </span>
  </label>
)
