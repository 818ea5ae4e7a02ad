import type { ApiError } from '@datamesh/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { Hexagon, KeyRound } from 'lucide-react'
import { type FormEvent, useEffect, useState } from 'react'
import { client } from '../api/index.ts'
import { Button, hintFor, sentence, TextField } from '../ui/index.ts'
import { takeCode } from './code.ts'

const page = getRouteApi('/sign-in')

/** With a one-time code (also from a link) or an API key; the answer is a cookie that no script can read. */
export function SignIn() {
  const { to } = page.useSearch()
  const router = useRouter()
  const cache = useQueryClient()
  const [secret, setSecret] = useState('')
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<ApiError | null>(null)

  const signIn = async (body: { code: string } | { token: string }) => {
    setBusy(true)
    setFailed(null)
    try {
      await client.call('openSession', { body })
      cache.clear()
      // only an address of these pages: never where a link from outside wants to
      await router.navigate({ href: to?.startsWith('/') && !to.startsWith('//') ? to : '/', replace: true })
    } catch (error) {
      setFailed(error as ApiError)
    } finally {
      setBusy(false)
    }
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: the code of the link is used once, when the page opens
  useEffect(() => {
    const code = takeCode()
    if (code !== null) void signIn({ code })
  }, [])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const text = secret.trim()
    if (text !== '') void signIn(text.startsWith('dm_') ? { token: text } : { code: text })
  }
  return (
    <main className="grid min-h-dvh place-items-center bg-canvas px-4">
      <form onSubmit={submit} className="w-full max-w-sm rounded-xl border border-line bg-surface p-6 shadow-card">
        <span className="grid size-10 place-items-center rounded-lg bg-accent text-on-accent">
          <Hexagon className="size-6" strokeWidth={2.2} aria-hidden />
        </span>
        <h1 className="mt-4 font-semibold text-xl tracking-tight">Sign in to Datamesh</h1>
        <p className="mt-1 text-ink-3 text-sm">
          With the one-time code that you were given, or with one of your API keys.
        </p>
        <TextField
          className="mt-5"
          label="Code or API key"
          type="password"
          autoComplete="one-time-code"
          autoFocus
          required
          value={secret}
          onChange={(event) => setSecret(event.target.value)}
          hint="On the machine that runs the platform, datamesh up prints a link that signs the administrator in."
          {...(failed
            ? {
                error:
                  `${sentence(failed.message)} ${failed.kind === 'unauthenticated' ? '' : sentence(hintFor(failed))}`.trim(),
              }
            : {})}
        />
        <Button type="submit" variant="primary" size="lg" className="mt-4 w-full" busy={busy}>
          <KeyRound className="size-4" aria-hidden />
          Sign in
        </Button>
      </form>
    </main>
  )
}
