import type { Role } from '@datamesh/core'
import { Plus, UserPlus, X } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type Reply, useApi, useChange } from '../api/index.ts'
import {
  Avatar,
  Badge,
  Button,
  Card,
  CardHead,
  CodeBlock,
  Dialog,
  DialogContent,
  Loaded,
  Select,
  Table,
  Td,
  TextField,
  Th,
  useToasts,
} from '../ui/index.ts'
import { when } from '../words/index.ts'

type Principal = Reply<'listPrincipals'>['principals'][number]
type Binding = Principal['roles'][number]

const roleOptions: { value: Role; label: string }[] = [
  { value: 'consumer', label: 'Consumer' },
  { value: 'governance', label: 'Governance' },
  { value: 'data-steward', label: 'Data steward' },
  { value: 'domain-owner', label: 'Domain owner' },
  { value: 'platform-admin', label: 'Platform admin' },
]

/** People, machines and their roles; for platform admins. */
export function Members() {
  const principals = useApi('listPrincipals', {})
  const [editing, setEditing] = useState<Principal | 'new' | null>(null)
  const [link, setLink] = useState<{ name: string; code: string; until: string } | null>(null)
  return (
    <Card className="overflow-hidden">
      <CardHead title="Members" hint={principals.data?.principals.filter(({ kind }) => kind !== 'team').length}>
        <Button size="sm" onClick={() => setEditing('new')}>
          <UserPlus className="size-3.5" aria-hidden />
          Add a member
        </Button>
      </CardHead>
      <Loaded from={principals}>
        {(reply) => (
          <Table label="Members">
            <thead>
              <tr>
                <Th>Name</Th>
                <Th className="max-xl:hidden">Kind</Th>
                <Th>Roles</Th>
                <Th>
                  <span className="sr-only">Actions</span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {reply.principals
                .filter(({ kind }) => kind !== 'team')
                .map((principal) => (
                  <tr key={principal.id} className="hover:bg-sunken/60">
                    <Td className="whitespace-nowrap">
                      <span className="flex items-center gap-2 font-medium">
                        <Avatar name={principal.name} />
                        {principal.name}
                        <span className="font-mono font-normal text-ink-3 text-xs">{principal.id}</span>
                        {principal.disabled && <Badge>disabled</Badge>}
                      </span>
                    </Td>
                    <Td className="text-ink-3 max-xl:hidden">{principal.kind}</Td>
                    <Td>
                      <span className="flex flex-wrap gap-1">
                        {principal.roles.length + principal.inherited.length === 0 && (
                          <span className="text-ink-3">none: sees nothing</span>
                        )}
                        {principal.roles.map((binding) => (
                          <Badge
                            key={`${binding.role} ${binding.domain}`}
                            tone={binding.role === 'platform-admin' ? 'accent' : 'neutral'}
                          >
                            {bindingWord(binding)}
                          </Badge>
                        ))}
                        {principal.inherited.map((binding) => (
                          <Badge
                            key={`by ${binding.role} ${binding.domain}`}
                            title="By a team or a group of the issuer"
                          >
                            {bindingWord(binding)}, inherited
                          </Badge>
                        ))}
                      </span>
                    </Td>
                    <Td className="whitespace-nowrap text-right">
                      <Button
                        size="sm"
                        variant="ghost"
                        onClick={() => setEditing(principal)}
                        aria-label={`Roles of ${principal.name}`}
                      >
                        Roles
                      </Button>
                      {!principal.disabled && principal.kind === 'person' && (
                        <SignInLink principal={principal} onMade={setLink} />
                      )}
                      <Switch principal={principal} />
                    </Td>
                  </tr>
                ))}
            </tbody>
          </Table>
        )}
      </Loaded>
      {editing && (
        <Editor
          key={editing === 'new' ? 'new' : editing.id}
          principal={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
        />
      )}
      <Dialog open={link !== null} onOpenChange={(open) => !open && setLink(null)}>
        {link && (
          <DialogContent
            title={`Sign-in link for ${link.name}`}
            description={`Works once, until ${when(link.until)}. Whoever has it signs in as ${link.name}.`}
          >
            <CodeBlock className="mt-4" code={`${location.origin}/#code=${link.code}`} label="Sign-in link" />
          </DialogContent>
        )}
      </Dialog>
    </Card>
  )
}

const bindingWord = ({ role, domain }: Binding): string =>
  `${roleOptions.find((each) => each.value === role)?.label ?? role}${domain ? ` of ${domain}` : ''}`

/** Out at once, everywhere; nothing is deleted. */
function Switch({ principal: { id, name, roles, disabled } }: { principal: Principal }) {
  const { tell, fail } = useToasts()
  const change = useChange('putPrincipal', {
    stale: ['listPrincipals'],
    done: () => tell(disabled ? 'Let in again' : 'Disabled', name),
    failed: fail,
  })
  return (
    <Button
      size="sm"
      variant={disabled ? 'ghost' : 'danger'}
      busy={change.isPending}
      aria-label={`${disabled ? 'Enable' : 'Disable'} ${name}`}
      onClick={() => change.mutate({ params: { id }, body: { name, roles, disabled: !disabled } })}
    >
      {disabled ? 'Enable' : 'Disable'}
    </Button>
  )
}

function SignInLink({
  principal,
  onMade,
}: {
  principal: Principal
  onMade: (link: { name: string; code: string; until: string }) => void
}) {
  const { fail } = useToasts()
  const create = useChange('createSignIn', {
    done: ({ code, expiresAt }) => onMade({ name: principal.name, code, until: expiresAt }),
    failed: fail,
  })
  return (
    <Button
      size="sm"
      variant="ghost"
      busy={create.isPending}
      aria-label={`Sign-in link for ${principal.name}`}
      onClick={() => create.mutate({ params: { id: principal.id } })}
    >
      Sign-in link
    </Button>
  )
}

/** A new member, or the roles of one. Owning needs a domain, administering must not have one. */
function Editor({ principal, onClose }: { principal: Principal | null; onClose: () => void }) {
  const { tell, fail } = useToasts()
  const domains = useApi('listDomains', {})
  const [id, setId] = useState(principal?.id ?? '')
  const [name, setName] = useState(principal?.name ?? '')
  const [roles, setRoles] = useState<Binding[]>(principal?.roles ?? [{ role: 'consumer' }])
  const [role, setRole] = useState<Role>('consumer')
  const [kind, setKind] = useState<'person' | 'machine'>('person')
  const [domain, setDomain] = useState('')
  const save = useChange('putPrincipal', {
    stale: ['listPrincipals', 'me'],
    done: () => {
      tell(principal ? 'Roles changed' : 'Member added', name)
      onClose()
    },
    failed: fail,
  })
  const bound = role === 'domain-owner' || role === 'data-steward'
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save.mutate({ params: { id }, body: { name, roles, ...(principal ? {} : { kind }) } })
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()}>
      <DialogContent
        title={principal ? `Roles of ${principal.name}` : 'Add a member'}
        description="What a role may do holds at once, also for sessions that are open."
      >
        <form onSubmit={submit} className="mt-4 flex flex-col gap-3">
          {!principal && (
            <div className="grid gap-3 sm:grid-cols-2">
              <Select
                label="Kind"
                value={kind}
                onChange={(next) => setKind(next as 'person' | 'machine')}
                options={[
                  { value: 'person', label: 'Person' },
                  { value: 'machine', label: 'Machine' },
                ]}
              />
              <TextField label="Name" required value={name} onChange={(event) => setName(event.target.value)} />
              <TextField
                label="Id"
                required
                pattern="[a-z0-9][a-z0-9._@-]*"
                hint="small letters, digits, . _ @ -"
                value={id}
                onChange={(event) => setId(event.target.value)}
              />
            </div>
          )}
          <ul aria-label="Roles" className="flex flex-wrap gap-1.5">
            {roles.map((binding) => (
              <li key={`${binding.role} ${binding.domain}`}>
                <Badge className="pr-1">
                  {bindingWord(binding)}
                  <button
                    type="button"
                    aria-label={`Take away ${bindingWord(binding)}`}
                    onClick={() => setRoles(roles.filter((each) => each !== binding))}
                    className="grid size-4 place-items-center rounded-full hover:bg-line"
                  >
                    <X className="size-3" aria-hidden />
                  </button>
                </Badge>
              </li>
            ))}
          </ul>
          <div className="flex flex-wrap items-end gap-2">
            <Select
              className="w-44"
              label="Role"
              value={role}
              onChange={(next) => setRole(next as Role)}
              options={roleOptions}
            />
            {bound && (
              <Select
                className="min-w-44 flex-1"
                label="Domain"
                value={domain}
                onChange={setDomain}
                options={[
                  ...(role === 'data-steward' ? [{ value: '', label: 'all domains' }] : []),
                  ...(domains.data?.domains ?? []).map((each) => ({ value: each.name, label: each.name })),
                ]}
              />
            )}
            <Button
              disabled={role === 'domain-owner' && domain === ''}
              onClick={() => {
                const binding: Binding = bound && domain !== '' ? { role, domain } : { role }
                if (!roles.some((each) => each.role === binding.role && each.domain === binding.domain))
                  setRoles([...roles, binding])
              }}
            >
              <Plus className="size-3.5" aria-hidden />
              Add
            </Button>
          </div>
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
