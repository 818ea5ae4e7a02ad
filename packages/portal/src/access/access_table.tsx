import { Link } from '@tanstack/react-router'
import { Badge, Button, Table, Td, Th, type Tone } from '../ui/index.ts'
import { ago, day } from '../words/index.ts'
import { type AccessRow, decisionWord, useDecision } from './decide.ts'

const tones: Record<string, Tone> = {
  granted: 'ok',
  requested: 'accent',
  denied: 'neutral',
  revoked: 'neutral',
  expired: 'warn',
}

/** Grants and requests as a table, with what may be done about each. `of` says what the first column names. */
export const AccessTable = ({ access, of }: { access: readonly AccessRow[]; of: 'product' | 'principal' }) => (
  <Table label="Grants and requests">
    <thead>
      <tr>
        <Th>{of === 'product' ? 'Product' : 'Who'}</Th>
        <Th>State</Th>
        <Th>Purpose</Th>
        <Th>Ports</Th>
        <Th>Until</Th>
        <Th>Asked</Th>
        <Th>
          <span className="sr-only">Actions</span>
        </Th>
      </tr>
    </thead>
    <tbody>
      {access.map((row) => (
        <Row key={row.id} row={row} of={of} />
      ))}
    </tbody>
  </Table>
)

function Row({ row, of }: { row: AccessRow; of: 'product' | 'principal' }) {
  const decision = useDecision()
  const [domain = '', product = ''] = row.product.split('/')
  return (
    <tr className="hover:bg-sunken/60">
      <Td className="whitespace-nowrap font-medium">
        {of === 'product' ? (
          <Link
            to="/products/$domain/$product"
            params={{ domain, product }}
            className="hover:text-accent-ink hover:underline"
          >
            {row.productTitle}
          </Link>
        ) : (
          row.principalName
        )}
      </Td>
      <Td>
        <Badge tone={tones[row.state] ?? 'neutral'}>{row.state}</Badge>
        {row.reason && (
          <span className="block max-w-48 truncate text-ink-3 text-xs" title={row.reason}>
            {row.reason}
          </span>
        )}
      </Td>
      <Td className="min-w-48 text-ink-2">{row.purpose}</Td>
      <Td className="whitespace-nowrap text-ink-3">{row.ports.length === 0 ? 'all' : row.ports.join(', ')}</Td>
      <Td className="whitespace-nowrap text-ink-3">{row.until ? day(row.until) : 'revoked'}</Td>
      <Td className="whitespace-nowrap text-ink-3">{ago(row.requestedAt)}</Td>
      <Td className="text-right">
        {row.may.map((each) => (
          <Button
            key={each}
            size="sm"
            variant={each === 'approve' ? 'primary' : 'ghost'}
            busy={decision.isPending}
            onClick={() => decision.mutate({ params: { id: row.id }, body: { decision: each } })}
          >
            {decisionWord[each]}
          </Button>
        ))}
      </Td>
    </tr>
  )
}
