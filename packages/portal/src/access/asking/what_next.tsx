import { Filter, UserCheck, Zap } from 'lucide-react'
import { MaskList } from '../../masks/index.ts'
import { plural } from '../../words/index.ts'
import { type Looked, whoApproves } from './words.ts'

/** What happens after a request: who decides, what stays hidden all the same. */
export const WhatNext = ({ looked }: { looked: Looked }) => {
  const automatic = looked.approvers.length === 0
  const Icon = automatic ? Zap : UserCheck
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <p className="flex items-start gap-2 text-ink-2 text-xs">
        <Icon
          className={
            automatic ? 'size-3.5 shrink-0 translate-y-px text-ok-ink' : 'size-3.5 shrink-0 translate-y-px text-ink-3'
          }
          aria-hidden
        />
        <span>{whoApproves(looked)}.</span>
      </p>
      {looked.masks.length > 0 && (
        <div className="rounded-lg bg-warn-soft px-3 py-2">
          <p className="mb-1.5 font-medium text-warn-ink text-xs">
            {plural(looked.masks.length, 'column')} will be masked
          </p>
          <MaskList masks={looked.masks} label="Masked columns" className="text-ink-2 [&_.text-ink-3]:text-ink-2" />
        </div>
      )}
      {looked.someRows && (
        <p className="flex items-start gap-2 text-ink-2 text-xs">
          <Filter className="size-3.5 shrink-0 translate-y-px text-ink-3" aria-hidden />A policy lets only some of the
          rows through.
        </p>
      )}
    </div>
  )
}
