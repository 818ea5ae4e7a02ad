import { MonitorSmartphone } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type Reply, useApi, useChange } from '../api/index.ts'
import { useMe } from '../shell/me.ts'
import {
  Badge,
  Button,
  Card,
  CardHead,
  EmptyState,
  Loaded,
  sentence,
  Table,
  Td,
  TextField,
  Th,
  useToasts,
} from '../ui/index.ts'
import { ago, when } from '../words/index.ts'

/** One's own password and the browsers that one is signed in with. */
export function SignInSettings() {
  const auth = useApi('authMethods', {})
  const here = auth.data?.methods.some(({ cliClient }) => cliClient === 'datamesh-cli') ?? false
  return (
    <div className="flex flex-col gap-4">
      {here && <Password />}
      <Sessions />
    </div>
  )
}

function Password() {
  const me = useMe()
  const { tell } = useToasts()
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const [failed, setFailed] = useState<string | null>(null)
  const has = me.data?.signsInBy.includes('password') ?? false
  const change = useChange('setPassword', {
    stale: ['me', 'listSessions'],
    done: () => {
      tell(has ? 'Password changed' : 'Password set', 'Other browsers and command lines are signed out')
      setCurrent('')
      setPassword('')
    },
    failed: (error) => setFailed(sentence(error.message)),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setFailed(null)
    change.mutate({ body: { password, ...(current === '' ? {} : { current }) } })
  }
  return (
    <Card>
      <CardHead title="Password" hint={has ? 'set' : 'none yet'} />
      <form onSubmit={submit} className="flex flex-col gap-4 px-4 pt-1 pb-4">
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField
            label="Password so far"
            type="password"
            autoComplete="current-password"
            maxLength={1000}
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
            hint="Not needed in the 15 minutes after a sign-in link."
          />
          <TextField
            label="New password"
            type="password"
            autoComplete="new-password"
            required
            minLength={12}
            maxLength={1000}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
            hint="At least 12 characters: a few words are best."
            {...(failed === null ? {} : { error: failed })}
          />
        </div>
        <Button type="submit" variant="primary" className="self-start" busy={change.isPending}>
          {has ? 'Change the password' : 'Set a password'}
        </Button>
      </form>
    </Card>
  )
}

type Session = Reply<'listSessions'>['sessions'][number]

function Sessions() {
  const sessions = useApi('listSessions', {})
  const { tell, fail } = useToasts()
  const end = useChange('endSessions', {
    stale: ['listSessions'],
    done: () => tell('Signed out everywhere else', 'Command lines too'),
    failed: fail,
  })
  return (
    <Card className="overflow-hidden">
      <CardHead title="Where you are signed in" hint={sessions.data?.sessions.length}>
        <Button size="sm" busy={end.isPending} onClick={() => end.mutate({})}>
          Sign out everywhere else
        </Button>
      </CardHead>
      <Loaded
        from={sessions}
        isEmpty={(reply) => reply.sessions.length === 0}
        empty={
          <EmptyState icon={<MonitorSmartphone className="size-5" aria-hidden />} title="No browser is signed in">
            Keys and command lines are not listed here.
          </EmptyState>
        }
      >
        {(reply) => (
          <Table label="Sessions">
            <thead>
              <tr>
                <Th>Signed in</Th>
                <Th>Last used</Th>
                <Th>Ends</Th>
                <Th>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {reply.sessions.map((session) => (
                <SessionRow key={session.id} session={session} />
              ))}
            </tbody>
          </Table>
        )}
      </Loaded>
    </Card>
  )
}

function SessionRow({ session }: { session: Session }) {
  const { fail } = useToasts()
  const end = useChange('endSessions', { stale: ['listSessions'], failed: fail })
  return (
    <tr className="hover:bg-sunken/60">
      <Td className="whitespace-nowrap">
        {when(session.createdAt)} {session.current && <Badge tone="accent">this browser</Badge>}
      </Td>
      <Td className="whitespace-nowrap text-ink-3">{session.lastSeenAt ? ago(session.lastSeenAt) : 'never'}</Td>
      <Td className="whitespace-nowrap text-ink-3">{when(session.expiresAt)}</Td>
      <Td className="text-right">
        {!session.current && (
          <Button
            size="sm"
            variant="danger"
            busy={end.isPending}
            aria-label={`Sign out the browser of ${when(session.createdAt)}`}
            onClick={() => end.mutate({ query: { id: session.id } })}
          >
            Sign out
          </Button>
        )}
      </Td>
    </tr>
  )
}
