import { Badge, cn, Table, Td, Th } from '../../ui/index.ts'
import { percent } from '../../words/index.ts'
import { type Level, writtenIn } from './figures.ts'

/** All levels at a glance. */
export const LevelsTable = ({ levels }: { levels: readonly Level[] }) => (
  <Table label="Service levels" className="rounded-b-xl">
    <thead>
      <tr>
        <Th>Level</Th>
        <Th>Promised</Th>
        <Th className="text-right">Now</Th>
        <Th>State</Th>
        <Th className="text-right">Objective</Th>
        <Th className="text-right">Attained</Th>
        <Th className="text-right">Budget left</Th>
      </tr>
    </thead>
    <tbody>
      {levels.map((level) => (
        <tr key={level.name} className="last:*:border-b-0">
          <Td className="font-medium capitalize">{level.name}</Td>
          <Td className="whitespace-nowrap text-ink-2">{level.written}</Td>
          <Td className="whitespace-nowrap text-right tabular-nums">
            {level.measured === null ? <Dash /> : writtenIn(level.unit, level.measured)}
          </Td>
          <Td>
            <State level={level} />
          </Td>
          <Td className="text-right tabular-nums">{percent(level.objective, 2)}</Td>
          <Td
            className={cn(
              'text-right tabular-nums',
              level.attained !== null && level.attained < level.objective && 'font-medium text-bad-ink',
            )}
          >
            {level.attained === null ? <Dash /> : percent(level.attained, 2)}
          </Td>
          <Td
            className={cn(
              'text-right tabular-nums',
              level.budgetLeft !== null && level.budgetLeft <= 0 && 'font-medium text-bad-ink',
            )}
          >
            {level.budgetLeft === null ? <Dash /> : percent(level.budgetLeft, 0)}
          </Td>
        </tr>
      ))}
    </tbody>
  </Table>
)

const State = ({ level }: { level: Level }) =>
  level.met === null ? (
    <Badge>not measured</Badge>
  ) : level.met ? (
    <Badge tone="ok">met</Badge>
  ) : (
    <Badge tone="bad">missed</Badge>
  )

const Dash = () => (
  <span className="text-ink-3">
    <span aria-hidden>–</span>
    <span className="sr-only">none yet</span>
  </span>
)
