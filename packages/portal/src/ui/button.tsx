import { Link, type LinkProps } from '@tanstack/react-router'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from './cn.ts'

const look = {
  primary: 'bg-accent text-on-accent shadow-sm hover:brightness-110',
  outline: 'border border-line-2 bg-surface text-ink shadow-card hover:bg-sunken',
  ghost: 'text-ink-2 hover:bg-sunken hover:text-ink',
  danger: 'border border-line-2 bg-surface text-bad-ink shadow-card hover:bg-bad-soft',
}
const size = {
  sm: 'h-7 px-2.5 text-xs',
  md: 'h-8 px-3 text-sm',
  lg: 'h-10 px-4 text-base',
  icon: 'size-8',
  'icon-sm': 'size-7',
}

type Look = { variant?: keyof typeof look; size?: keyof typeof size }

const classes = ({ variant = 'outline', size: which = 'md' }: Look, className?: string) =>
  cn(
    'inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors',
    'disabled:pointer-events-none disabled:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-50',
    look[variant],
    size[which],
    className,
  )

/** `busy` keeps the width, says so to screen readers and takes no second click. */
export const Button = ({
  variant,
  size,
  busy,
  className,
  type = 'button',
  ...rest
}: ComponentProps<'button'> & Look & { busy?: boolean | undefined }) => (
  <button
    type={type}
    className={classes({ ...(variant && { variant }), ...(size && { size }) }, cn(className, busy && 'animate-pulse'))}
    aria-busy={busy || undefined}
    {...rest}
    disabled={busy || rest.disabled}
  />
)

/** A link that looks like a button. */
export const ButtonLink = ({
  variant,
  size,
  className,
  children,
  ...rest
}: LinkProps & Look & { className?: string; children?: ReactNode; 'aria-label'?: string; title?: string }) => (
  <Link className={classes({ ...(variant && { variant }), ...(size && { size }) }, className)} {...rest}>
    {children}
  </Link>
)
