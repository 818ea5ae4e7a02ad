import { getRouteApi } from '@tanstack/react-router'
import { type Reply, useApi } from '../../api/index.ts'
import { FileDiff } from '../../diff/index.ts'
import { Avatar, Badge, Button, Card, cn, Loaded, SkeletonRows, sentence } from '../../ui/index.ts'
import { ago, plural, when } from '../../words/index.ts'
import { ModeBadge } from '../parts.tsx'
import { policyParams } from '../words.ts'

const page = getRouteApi('/frame/policies/$scope/$policy')
type View = Reply<'getPolicy'>
type Version = View['history'][number]

/** Who changed it, when and why; of each change of its files, what exactly. */
export function History({ policy }: { policy: View }) {
  const { version: open } = page.useSearch()
  const navigate = page.useNavigate()
  const toggle = (version: number) =>
    void navigate({
      search: open === version ? { tab: 'history' } : { tab: 'history', version },
      replace: true,
      resetScroll: false,
    })
  return (
    <Card className="overflow-hidden">
      <ol className="divide-y divide-line">
        {policy.history.map((version, at) => {
          const before = policy.history[at + 1]
          const touched = before?.digest !== version.digest
          return (
            <li key={version.version} className={cn(open === version.version && 'bg-sunken/50')}>
              <div className="grid grid-cols-[3.5rem_minmax(0,1fr)_auto] items-start gap-x-3 gap-y-1 px-4 py-3">
                <Badge className="w-fit font-mono">v{version.version}</Badge>
                <div className="min-w-0">
                  <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm">
                    <span className="font-medium">{sentence(version.what)}</span>
                    <ModeBadge mode={version.mode} />
                    {version.version === policy.version && <Badge tone="accent">today</Badge>}
                  </p>
                  {version.reason && (
                    <p className="mt-0.5 max-w-3xl text-ink-2 text-sm [overflow-wrap:anywhere]">
                      {sentence(version.reason)}
                    </p>
                  )}
                  <p className="mt-1 flex flex-wrap items-center gap-x-3 text-ink-3 text-xs">
                    <span className="inline-flex items-center gap-1.5">
                      <Avatar name={version.by} className="size-4.5" />
                      {version.by}
                    </span>
                    <time dateTime={version.at} title={when(version.at)}>
                      {ago(version.at)}
                    </time>
                  </p>
                </div>
                {touched ? (
                  <Button
                    size="sm"
                    variant="ghost"
                    aria-expanded={open === version.version}
                    onClick={() => toggle(version.version)}
                  >
                    {before ? 'Compare' : 'Files'}
                    <span className="sr-only"> of version {version.version}</span>
                  </Button>
                ) : (
                  <span className="text-ink-3 text-xs">same files</span>
                )}
              </div>
              {open === version.version && touched && (
                <div className="px-4 pb-4">
                  <Changed policy={policy.id} version={version} before={before} />
                </div>
              )}
            </li>
          )
        })}
      </ol>
    </Card>
  )
}

function Changed({ policy, version, before }: { policy: string; version: Version; before: Version | undefined }) {
  const params = policyParams(policy)
  // a version never changes
  const now = useApi('getPolicy', { params, query: { version: version.version } }, { staleTime: Infinity })
  const then = useApi(
    'getPolicy',
    { params, query: { version: before?.version ?? 1 } },
    { staleTime: Infinity, enabled: before !== undefined },
  )
  return (
    <Loaded from={now} skeleton={<SkeletonRows rows={4} className="p-0" />}>
      {({ files }) =>
        before && then.data === undefined ? (
          <SkeletonRows rows={4} className="p-0" />
        ) : (
          <Diffs before={before ? (then.data?.files ?? {}) : {}} after={files} />
        )
      }
    </Loaded>
  )
}

const Diffs = ({ before, after }: { before: Record<string, string>; after: Record<string, string> }) => {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((path) => before[path] !== after[path])
    .sort()
  if (paths.length === 0)
    return <p className="text-ink-3 text-sm">The texts are the same; what was read from them differs.</p>
  return (
    <div className="flex flex-col gap-2">
      <p className="text-ink-3 text-xs">{plural(paths.length, 'file')}</p>
      {paths.map((path) => (
        <FileDiff
          key={path}
          path={path}
          before={before[path] ?? null}
          after={after[path] ?? null}
          open={paths.length <= 4}
        />
      ))}
    </div>
  )
}
