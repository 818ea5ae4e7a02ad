import type { PolicyCard } from '@datamesh/core'
import { getRouteApi } from '@tanstack/react-router'
import { FlaskConical, Plus, Scale } from 'lucide-react'
import { useDeferredValue, useMemo, useState } from 'react'
import { useApi } from '../api/index.ts'
import { useMe } from '../shell/me.ts'
import {
  Button,
  ButtonLink,
  Card,
  CardHead,
  EmptyState,
  Loaded,
  Page,
  PageHead,
  readable,
  SearchField,
  Segment,
  SegmentList,
  Select,
  SkeletonRows,
  Tabs,
} from '../ui/index.ts'
import { count, plural } from '../words/index.ts'
import { PolicyRows } from './policy/rows.tsx'
import { governs, modes, modeWords } from './words.ts'

const page = getRouteApi('/frame/policies')

/** The rules of the mesh and those that domains add, with what each of them finds today. */
export function Policies() {
  const { mode, domain } = page.useSearch()
  const navigate = page.useNavigate()
  const me = useMe()
  const [text, setText] = useState('')
  const wanted = useDeferredValue(text.trim().toLowerCase())
  const policies = useApi('listPolicies', { query: {} })
  const scopes = useMemo(() => scopesOf(policies.data?.policies ?? []), [policies.data])
  const mayWrite = me.data?.roles.some(({ role }) => role === 'domain-owner') || governs(me.data)
  const shown = (policies.data?.policies ?? []).filter(
    (policy) =>
      (mode === undefined || policy.mode === mode) &&
      (domain === undefined || (policy.domain ?? 'global') === domain) &&
      `${policy.title} ${policy.name} ${policy.description}`.toLowerCase().includes(wanted),
  )
  return (
    <Page>
      <PageHead
        title="Policies"
        hint="Rules in Rego that are asked when a product is planned, published and read, and on a timetable."
      >
        <ButtonLink to="/playground" variant={mayWrite ? 'primary' : 'outline'}>
          {mayWrite ? <Plus className="size-4" aria-hidden /> : <FlaskConical className="size-4" aria-hidden />}
          {mayWrite ? 'New policy' : 'Playground'}
        </ButtonLink>
      </PageHead>
      <div className="mb-3.5 flex flex-wrap items-center gap-2">
        <SearchField
          label="Find a policy"
          placeholder="Find a policy"
          className="w-60 max-sm:w-full"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Tabs
          value={mode ?? 'all'}
          onValueChange={(next: (typeof modes)[number] | 'all') =>
            void navigate({
              search: ({ mode: _, ...was }) => (next === 'all' ? was : { ...was, mode: next }),
              replace: true,
            })
          }
        >
          <SegmentList aria-label="Mode">
            <Segment value="all">All</Segment>
            {modes.map((each) => (
              <Segment key={each} value={each}>
                {modeWords[each].word}
              </Segment>
            ))}
          </SegmentList>
        </Tabs>
        {scopes.length > 1 && (
          <Select
            bare
            label="Scope"
            className="w-44"
            value={domain ?? ''}
            onChange={(next) =>
              void navigate({
                search: ({ domain: _, ...was }) => (next === '' ? was : { ...was, domain: next }),
                replace: true,
              })
            }
            options={[
              { value: '', label: 'All scopes' },
              ...scopes.map((value) => ({ value, label: value === 'global' ? 'Whole mesh' : readable(value) })),
            ]}
          />
        )}
        {policies.data && (
          <span className="ml-auto text-ink-3 text-xs" aria-live="polite">
            {shown.length === policies.data.policies.length
              ? plural(shown.length, 'policy', 'policies')
              : `${count(shown.length)} of ${plural(policies.data.policies.length, 'policy', 'policies')}`}
          </span>
        )}
      </div>
      <Loaded
        from={policies}
        skeleton={
          <Card>
            <SkeletonRows rows={12} />
          </Card>
        }
        isEmpty={({ policies }) => policies.length === 0}
        empty={
          <Card>
            <EmptyState
              icon={<Scale className="size-5" aria-hidden />}
              title="No policy yet"
              action={<ButtonLink to="/playground">Playground</ButtonLink>}
            >
              Without a policy everything is allowed that the platform itself allows. Write the first one in the
              playground.
            </EmptyState>
          </Card>
        }
      >
        {() =>
          shown.length === 0 ? (
            <Card>
              <EmptyState
                title="No policy matches"
                action={
                  <Button
                    onClick={() => {
                      setText('')
                      void navigate({ search: {}, replace: true })
                    }}
                  >
                    Show all
                  </Button>
                }
              >
                {mode === 'shadow' && !governs(me.data)
                  ? 'What is tried out in shadow is shown to governance and to the owner of the policy only.'
                  : 'Try another word, mode or scope.'}
              </EmptyState>
            </Card>
          ) : (
            <div className="flex flex-col gap-3.5">
              {scopesOf(shown).map((scope) => (
                <Group
                  key={scope}
                  scope={scope}
                  policies={shown.filter((each) => (each.domain ?? 'global') === scope)}
                />
              ))}
              {!governs(me.data) && (
                <p className="px-1 text-ink-3 text-xs">
                  What is tried out in shadow is shown to governance and to the owner of the policy only. Counts are of
                  products that you may find.
                </p>
              )}
            </div>
          )
        }
      </Loaded>
    </Page>
  )
}

/** `global` first, then domains. */
const scopesOf = (policies: readonly PolicyCard[]): string[] =>
  [...new Set(policies.map(({ domain }) => domain ?? 'global'))].sort((a, b) =>
    a === 'global' ? -1 : b === 'global' ? 1 : a < b ? -1 : 1,
  )

const Group = ({ scope, policies }: { scope: string; policies: readonly PolicyCard[] }) => (
  <Card className="overflow-hidden">
    <CardHead
      title={scope === 'global' ? 'The whole mesh' : readable(scope)}
      hint={
        scope === 'global'
          ? `${plural(policies.length, 'policy', 'policies')} of governance`
          : `${plural(policies.length, 'policy', 'policies')} for its own products`
      }
    />
    <PolicyRows label={`Policies of ${scope === 'global' ? 'the whole mesh' : readable(scope)}`} policies={policies} />
  </Card>
)
