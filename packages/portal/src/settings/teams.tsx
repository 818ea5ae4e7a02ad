import { KeyRound, Users, X } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type Reply, useApi, useChange } from '../api/index.ts'
import {
  Badge,
  Button,
  Card,
  CardHead,
  CodeBlock,
  Dialog,
  DialogContent,
  EmptyState,
  Loaded,
  Select,
  Table,
  Td,
  TextField,
  Th,
  useToasts,
} from '../ui/index.ts'
import { ago } from '../words/index.ts'

type Principal = Reply<'listPrincipals'>['principals'][number]

/** Teams, who belongs to them, and the client credentials of machines; for platform admins. */
export function Teams() {
  const principals = useApi('listPrincipals', {})
  const [editing, setEditing] = useState<Principal | 'new' | null>(null)
  const all = principals.data?.principals ?? []
  return (
    <div className="flex flex-col gap-4">
      <Card className="overflow-hidden">
        <CardHead title="Teams" hint={all.filter(({ kind }) => kind === 'team').length}>
          <Button size="sm" onClick={() => setEditing('new')}>
            <Users className="size-3.5" aria-hidden />
            Add a team
          </Button>
        </CardHead>
        <Loaded
          from={principals}
          isEmpty={(reply) => !reply.principals.some(({ kind }) => kind === 'team')}
          empty={
            <EmptyState icon={<Users className="size-5" aria-hidden />} title="No teams yet">
              What is granted to a team, its members may read.
            </EmptyState>
          }
        >
          {(reply) => (
            <Table label="Teams">
              <thead>
                <tr>
                  <Th>Team</Th>
                  <Th>Members</Th>
                  <Th>
                    <span className="sr-only">Actions</span>
                  </Th>
                </tr>
              </thead>
              <tbody>
                {reply.principals
                  .filter(({ kind }) => kind === 'team')
                  .map((team) => (
                    <tr key={team.id} className="hover:bg-sunken/60">
                      <Td className="whitespace-nowrap font-medium">
                        {team.name} <span className="font-mono font-normal text-ink-3 text-xs">{team.id}</span>
                      </Td>
                      <Td className="text-ink-3">
                        {membersOf(team, all)
                          .map(({ name }) => name)
                          .join(', ') || 'nobody'}
                      </Td>
                      <Td className="text-right">
                        <Button
                          size="sm"
                          variant="ghost"
                          aria-label={`Members of ${team.name}`}
                          onClick={() => setEditing(team)}
                        >
                          Members
                        </Button>
                      </Td>
                    </tr>
                  ))}
              </tbody>
            </Table>
          )}
        </Loaded>
      </Card>
      <Clients machines={all.filter(({ kind, disabled }) => kind === 'machine' && !disabled)} />
      {editing && (
        <Editor
          key={editing === 'new' ? 'new' : editing.id}
          team={editing === 'new' ? null : editing}
          all={all}
          onClose={() => setEditing(null)}
        />
      )}
    </div>
  )
}

const membersOf = (team: Principal, all: readonly Principal[]) => all.filter(({ teams }) => teams.includes(team.id))

function Editor({ team, all, onClose }: { team: Principal | null; all: readonly Principal[]; onClose: () => void }) {
  const { tell, fail } = useToasts()
  const [id, setId] = useState(team?.id ?? '')
  const [members, setMembers] = useState(team ? membersOf(team, all).map((each) => each.id) : [])
  const others = all.filter((each) => each.kind !== 'team' && !members.includes(each.id))
  const save = useChange('putPrincipal', {
    stale: ['listPrincipals', 'me'],
    done: () => {
      tell(team ? 'Team changed' : 'Team added', id)
      onClose()
    },
    failed: fail,
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate({
      params: { id },
      body: { kind: 'team', name: team?.name ?? id, roles: team?.roles ?? [], members },
    })
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={team ? `Members of ${team.name}` : 'Add a team'}
        description="What the team may read, its members may read from now on."
      >
        <form onSubmit={submit} className="mt-4 flex flex-col gap-3">
          {!team && (
            <TextField
              label="Id"
              required
              pattern="[a-z0-9][a-z0-9._@\-]*"
              hint="as manifests name it, such as sales-team"
              value={id}
              onChange={(event) => setId(event.target.value)}
            />
          )}
          <ul aria-label="Members" className="flex flex-wrap gap-1.5">
            {members.map((member) => (
              <li key={member}>
                <Badge className="pr-1">
                  {all.find((each) => each.id === member)?.name ?? member}
                  <button
                    type="button"
                    aria-label={`Take out ${member}`}
                    onClick={() => setMembers(members.filter((each) => each !== member))}
                    className="grid size-4 place-items-center rounded-full hover:bg-line"
                  >
                    <X className="size-3" aria-hidden />
                  </button>
                </Badge>
              </li>
            ))}
          </ul>
          <Select
            label="Add somebody"
            value=""
            onChange={(next) => next !== '' && setMembers([...members, next])}
            options={[{ value: '', label: 'choose' }, ...others.map((each) => ({ value: each.id, label: each.name }))]}
          />
          <div className="mt-2 flex justify-end gap-2">
            <Button variant="ghost" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" variant="primary" busy={save.isPending}>
              Save
            </Button>
          </div>
        </form>
      </DialogContent>
    </Dialog>
  )
}

function Clients({ machines }: { machines: readonly Principal[] }) {
  const clients = useApi('listClients', {})
  const { tell, fail } = useToasts()
  const [machine, setMachine] = useState('')
  const [made, setMade] = useState<Reply<'createClient'> | null>(null)
  const create = useChange('createClient', { stale: ['listClients', 'listPrincipals'], done: setMade, failed: fail })
  const revoke = useChange('revokeClient', {
    stale: ['listClients', 'listPrincipals'],
    done: () => tell('Revoked', 'Its tokens open nothing any more'),
    failed: fail,
  })
  return (
    <Card className="overflow-hidden">
      <CardHead title="Client credentials" hint="for machines: short-lived tokens instead of a key" />
      <div className="flex flex-wrap items-end gap-3 px-4 pt-1 pb-4">
        <Select
          className="w-56"
          label="Machine"
          value={machine}
          onChange={setMachine}
          options={[
            { value: '', label: machines.length === 0 ? 'no machine yet' : 'choose' },
            ...machines.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
        <Button
          variant="primary"
          disabled={machine === ''}
          busy={create.isPending}
          onClick={() => create.mutate({ body: { principal: machine, name: 'portal' } })}
        >
          Make credentials
        </Button>
      </div>
      {made && (
        <div className="border-line border-t p-4" role="status">
          <p className="mb-2 font-medium text-sm">The secret is shown only now: keep it where secrets are kept.</p>
          <CodeBlock
            code={`client_id=${made.clientId}\nclient_secret=${made.clientSecret}\ntoken_endpoint=${made.tokenEndpoint}`}
            label="New client credentials"
          />
        </div>
      )}
      <Loaded
        from={clients}
        isEmpty={(reply) => reply.clients.length === 0}
        empty={
          <EmptyState icon={<KeyRound className="size-5" aria-hidden />} title="No client credentials yet">
            Add a machine under Members first.
          </EmptyState>
        }
      >
        {(reply) => (
          <Table label="Client credentials">
            <thead>
              <tr>
                <Th>Client</Th>
                <Th>Machine</Th>
                <Th>Last used</Th>
                <Th>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {reply.clients.map((each) => (
                <tr key={each.id} className="hover:bg-sunken/60">
                  <Td className="whitespace-nowrap font-mono text-xs">
                    {each.id} {each.revokedAt && <Badge>revoked</Badge>}
                  </Td>
                  <Td>{each.principal}</Td>
                  <Td className="whitespace-nowrap text-ink-3">{each.lastUsedAt ? ago(each.lastUsedAt) : 'never'}</Td>
                  <Td className="text-right">
                    {!each.revokedAt && (
                      <Button
                        size="sm"
                        variant="danger"
                        aria-label={`Revoke ${each.id}`}
                        onClick={() => revoke.mutate({ params: { id: each.id } })}
                      >
                        Revoke
                      </Button>
                    )}
                  </Td>
                </tr>
              ))}
            </tbody>
          </Table>
        )}
      </Loaded>
    </Card>
  )
}
