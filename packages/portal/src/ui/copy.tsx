import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from './button.tsx'
import { copyText } from './clipboard.ts'
import { cn } from './cn.ts'

export const CopyButton = ({ text, label = 'Copy', quiet }: { text: string; label?: string; quiet?: boolean }) => {
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), 1_400)
    return () => clearTimeout(timer)
  }, [done])
  return (
    <Button
      size={quiet ? 'icon-sm' : 'sm'}
      variant="ghost"
      aria-label={label}
      onClick={async () => {
        await copyText(text)
        setDone(true)
      }}
    >
      {done ? <Check className="size-3.5" aria-hidden /> : <Copy className="size-3.5" aria-hidden />}
      {/* in a narrow frame the sign alone: the words would lie on the text */}
      {!quiet && <span className="@max-sm:hidden">{done ? 'Copied' : label}</span>}
      <span className="sr-only" aria-live="polite">
        {done ? 'Copied' : ''}
      </span>
    </Button>
  )
}

/** Text to be copied as it is. Scrolls by itself and can be reached by keyboard. */
export const CodeBlock = ({ code, label, className }: { code: string; label: string; className?: string }) => (
  <div className={cn('@container relative min-w-0 rounded-lg border border-line bg-sunken', className)}>
    <pre
      tabIndex={0}
      role="region"
      aria-label={label}
      className="overflow-x-auto px-3 py-2.5 pr-20 font-mono @max-sm:pr-11 text-[0.71875rem] text-ink-2 leading-relaxed"
    >
      {code}
    </pre>
    <span className="absolute top-1 right-1 rounded-md bg-sunken">
      <CopyButton text={code} />
    </span>
  </div>
)
