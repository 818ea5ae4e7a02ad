import { KeyRound } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type Reply, useApi, useChange } from '../api/index.ts'
import {
  Badge,
  Button,
  Card,
  CardHead,
  CodeBlock,
  EmptyState,
  Loaded,
  Select,
  Table,
  Td,
  TextField,
  Th,
  useToasts,
} from '../ui/index.ts'
import { ago, day } from '../words/index.ts'

type Key = Reply<'listKeys'>['keys'][number]

/** My API keys: for scripts, notebooks and tools. A key is shown once. */
export function Tokens() {
  const keys = useApi('listKeys', {})
  const [made, setMade] = useState<string | null>(null)
  return (
    <div className="flex flex-col gap-4">
      <NewKey onMade={setMade} />
      {made && (
        <Card className="border-ok p-4" role="status">
          <p className="mb-2 font-medium text-sm">
            Your new key. It is shown only now: keep it where secrets are kept.
          </p>
          <CodeBlock code={`export DATAMESH_TOKEN=${made}`} label="New API key" />
        </Card>
      )}
      <Card className="overflow-hidden">
        <CardHead title="Keys" hint="newest first" />
        <Loaded
          from={keys}
          isEmpty={(reply) => reply.keys.length === 0}
          empty={
            <EmptyState icon={<KeyRound className="size-5" aria-hidden />} title="No keys yet">
              A key lets a script or a notebook read what you may read.
            </EmptyState>
          }
        >
          {(reply) => (
            <Table label="API keys">
              <thead>
                <tr>
                  <Th>Name</Th>
                  <Th>Begins with</Th>
                  <Th>Made</Th>
                  <Th>Last used</Th>
                  <Th>Ends</Th>
                  <Th>
                    <span className="sr-only">Actions</span>
                  </Th>
                </tr>
              </thead>
              <tbody>
                {[...reply.keys]
                  .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
                  .map((key) => (
                    <KeyRow key={key.id} apiKey={key} />
                  ))}
              </tbody>
            </Table>
          )}
        </Loaded>
      </Card>
    </div>
  )
}

function NewKey({ onMade }: { onMade: (token: string) => void }) {
  const [name, setName] = useState('')
  const [days, setDays] = useState('90')
  const { fail } = useToasts()
  const create = useChange('createKey', {
    stale: ['listKeys'],
    done: ({ token }) => {
      onMade(token)
      setName('')
    },
    failed: fail,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate({ body: { name, ...(days === '' ? {} : { expiresInDays: Number(days) }) } })
  }
  return (
    <Card>
      <CardHead title="New key" />
      <form onSubmit={submit} className="flex flex-wrap items-end gap-3 px-4 pt-1 pb-4">
        <TextField
          className="min-w-56 flex-1"
          label="What is it for?"
          required
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
          placeholder="forecast notebook"
        />
        <Select
          className="w-40"
          label="Ends after"
          value={days}
          onChange={setDays}
          options={[
            { value: '7', label: '7 days' },
            { value: '30', label: '30 days' },
            { value: '90', label: '90 days' },
            { value: '365', label: '1 year' },
            { value: '', label: 'never' },
          ]}
        />
        <Button type="submit" variant="primary" busy={create.isPending}>
          Make a key
        </Button>
      </form>
    </Card>
  )
}

function KeyRow({ apiKey }: { apiKey: Key }) {
  const { tell, fail } = useToasts()
  const revoke = useChange('revokeKey', {
    stale: ['listKeys'],
    done: () => tell('Key revoked', apiKey.name),
    failed: fail,
  })
  const over = apiKey.revokedAt
    ? 'revoked'
    : apiKey.expiresAt && new Date(apiKey.expiresAt) < new Date()
      ? 'ended'
      : null
  return (
    <tr className="hover:bg-sunken/60">
      <Td className="font-medium">
        {apiKey.name} {over && <Badge>{over}</Badge>}
      </Td>
      <Td className="whitespace-nowrap font-mono text-ink-3 text-xs">{apiKey.prefix}…</Td>
      <Td className="whitespace-nowrap text-ink-3">{ago(apiKey.createdAt)}</Td>
      <Td className="whitespace-nowrap text-ink-3">{apiKey.lastUsedAt ? ago(apiKey.lastUsedAt) : 'never'}</Td>
      <Td className="whitespace-nowrap text-ink-3">{apiKey.expiresAt ? day(apiKey.expiresAt) : 'never'}</Td>
      <Td className="text-right">
        {over === null && (
          <Button
            size="sm"
            variant="danger"
            busy={revoke.isPending}
            aria-label={`Revoke ${apiKey.name}`}
            onClick={() => revoke.mutate({ params: { id: apiKey.id } })}
          >
            Revoke
          </Button>
        )}
      </Td>
    </tr>
  )
}
