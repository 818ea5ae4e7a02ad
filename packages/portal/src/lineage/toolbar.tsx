import { Columns3, Filter, GitFork, List, Maximize2, Minimize2, ShieldAlert } from 'lucide-react'
import { Button, Segment, SegmentList, Select, Tabs } from '../ui/index.ts'
import { plural } from '../words/index.ts'
import type { Change, Level, State } from './state.ts'

const depths = [1, 2, 3, 4, 5, 6].map((depth) => ({ value: String(depth), label: plural(depth, 'step') }))

/** Level, depth, and what to leave out. `full`: absent where full screen makes no sense. */
export const Toolbar = ({
  state,
  change,
  levels = ['domains', 'products', 'columns'],
  full,
}: {
  state: State
  change: Change
  levels?: readonly Level[]
  full?: { on: boolean; toggle: () => void }
}) => {
  const { level, depth, traced, indirect, impact, list, column } = state
  const toggle = (key: 'traced' | 'indirect' | 'impact' | 'list') => () => change({ [key]: !state[key] })
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Tabs value={level} onValueChange={(next: Level) => change({ level: next })}>
        <SegmentList aria-label="Level">
          {levels.map((each) => (
            <Segment key={each} value={each}>
              {each.charAt(0).toUpperCase() + each.slice(1)}
            </Segment>
          ))}
        </SegmentList>
      </Tabs>
      {level !== 'domains' && (
        <Select
          bare
          label="Depth"
          className="w-27"
          options={depths}
          value={String(depth)}
          onChange={(next) => change({ depth: Number(next) })}
        />
      )}
      {level === 'columns' && (
        <>
          <Button aria-pressed={indirect} onClick={toggle('indirect')} className={pressed(indirect)}>
            <Filter className="size-3.5" aria-hidden />
            Filters and joins
          </Button>
          <Button
            aria-pressed={traced}
            disabled={column === null && !traced}
            onClick={toggle('traced')}
            className={pressed(traced)}
          >
            <Columns3 className="size-3.5" aria-hidden />
            Only traced
          </Button>
        </>
      )}
      {level !== 'domains' && (
        <Button aria-pressed={impact} onClick={toggle('impact')} className={pressed(impact)}>
          <ShieldAlert className="size-3.5" aria-hidden />
          Impact
        </Button>
      )}
      <Button onClick={toggle('list')}>
        {list ? <GitFork className="size-4" aria-hidden /> : <List className="size-4" aria-hidden />}
        {list ? 'Graph' : 'List view'}
      </Button>
      {full && (
        <Button
          size="icon"
          aria-label={full.on ? 'Leave full screen' : 'Full screen'}
          aria-pressed={full.on}
          onClick={full.toggle}
        >
          {full.on ? <Minimize2 className="size-4" aria-hidden /> : <Maximize2 className="size-4" aria-hidden />}
        </Button>
      )}
    </div>
  )
}
const pressed = (on: boolean): string => (on ? 'border-accent bg-accent-soft text-accent-ink hover:bg-accent-soft' : '')
