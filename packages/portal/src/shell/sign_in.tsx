import type { ApiError } from '@datamesh/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { Hexagon, KeyRound } from 'lucide-react'
import { type FormEvent, useEffect, useState } from 'react'
import { client, useApi } from '../api/index.ts'
import { Button, hintFor, Skeleton, sentence, TextField } from '../ui/index.ts'
import { takeCode } from './code.ts'

const page = getRouteApi('/sign-in')

/** What came back from the issuer instead of somebody. */
const failures = {
  expired: 'This sign-in took too long, or was finished in another window. Begin again.',
  disabled: 'You are known here, but may not come in. Ask an administrator.',
  refused: 'The sign-in was refused. Try again, or ask an administrator.',
  unreachable: 'The issuer does not answer. Try again in a moment; a one-time code or a key works meanwhile.',
} as const

/** At the issuer, with a one-time code (also from a link) or with an API key; the answer is a cookie that no script can read. */
export function SignIn() {
  const { to, failed: cameBack } = page.useSearch()
  const router = useRouter()
  const cache = useQueryClient()
  const [secret, setSecret] = useState('')
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState<ApiError | null>(null)
  // only an address of these pages: never where a link from outside wants to
  const place = to !== undefined && /^\/(?![/\\])[^\\\s\p{Cc}]*$/u.test(to) ? to : '/'

  const signIn = async (body: { code: string } | { token: string }) => {
    setBusy(true)
    setFailed(null)
    try {
      await client.call('openSession', { body })
      cache.clear()
      await router.navigate({ href: place, replace: true })
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
    <main className="grid min-h-dvh place-items-center bg-canvas px-4 py-8">
      <div className="w-full max-w-sm rounded-xl border border-line bg-surface p-6 shadow-card">
        <span className="grid size-10 place-items-center rounded-lg bg-accent text-on-accent">
          <Hexagon className="size-6" strokeWidth={2.2} aria-hidden />
        </span>
        <h1 className="mt-4 font-semibold text-xl tracking-tight">Sign in to Datamesh</h1>
        {cameBack && (
          <p role="alert" className="mt-4 rounded-lg bg-bad-soft px-3 py-2.5 text-bad-ink text-sm">
            {failures[cameBack]}
          </p>
        )}
        <AtTheIssuer to={place} />
        <form onSubmit={submit} className="mt-5 border-line border-t pt-5">
          <TextField
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
          <Button type="submit" size="lg" className="mt-4 w-full" busy={busy}>
            <KeyRound className="size-4" aria-hidden />
            Sign in
          </Button>
        </form>
      </div>
    </main>
  )
}

/** A link, not a script: the way to the issuer and back is the browser's own. Its place is kept while it is asked for. */
function AtTheIssuer({ to }: { to: string }) {
  const auth = useApi('authMethods', {})
  const method = auth.data?.methods.find(({ kind }) => kind === 'oidc')
  if (auth.isPending) return <Skeleton className="mt-5 h-10 w-full rounded-lg" />
  if (!method?.start) return null
  return (
    <a
      href={`${method.start}?to=${encodeURIComponent(to)}`}
      className="mt-5 flex h-10 w-full items-center justify-center rounded-lg bg-accent font-medium text-base text-on-accent hover:bg-accent/90"
    >
      {method.label}
    </a>
  )
}
