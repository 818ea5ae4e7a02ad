import { Link } from '@tanstack/react-router'
import { Badge, Button, ButtonLink, Table, Td, Th, type Tone } from '../ui/index.ts'
import { ago, partsOf, when } from '../words/index.ts'
import { type AccessRow, decisionWord, endsSoon, lastDayOf, useDecision } from './decide.ts'

const tones: Record<string, Tone> = {
  granted: 'ok',
  requested: 'accent',
  denied: 'bad',
  revoked: 'neutral',
  expired: 'warn',
}

/** What the reader can do about a right that is over, or soon will be. */
const again: Record<string, string> = { granted: 'Renew', expired: 'Renew', denied: 'Ask again', revoked: 'Ask again' }

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
  const { domain, product } = partsOf(row.product)
  return (
    <tr className="hover:bg-sunken/60">
      <Td className="min-w-40 font-medium">
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
      <Td className="min-w-48 text-ink-2">
        <span className="line-clamp-2" title={row.purpose.length > 90 ? row.purpose : undefined}>
          {row.purpose}
        </span>
      </Td>
      <Td className="whitespace-nowrap text-ink-3">{row.ports.length === 0 ? 'all' : row.ports.join(', ')}</Td>
      <Td
        className={endsSoon(row) ? 'whitespace-nowrap text-warn-ink' : 'whitespace-nowrap text-ink-3'}
        title={row.until ? when(row.until) : undefined}
      >
        {row.until === null ? 'no end' : endsSoon(row) ? `ends ${ago(row.until)}` : lastDayOf(row.until)}
      </Td>
      <Td className="whitespace-nowrap text-ink-3" title={when(row.requestedAt)}>
        {ago(row.requestedAt)}
      </Td>
      <Td className="whitespace-nowrap py-1.5 text-right">
        {of === 'product' && again[row.state] && (row.state !== 'granted' || endsSoon(row)) && (
          <ButtonLink
            size="sm"
            to="/products/$domain/$product"
            params={{ domain, product }}
            search={{ dialog: 'access' }}
            aria-label={`${again[row.state]}: ${row.productTitle}`}
          >
            {again[row.state]}
          </ButtonLink>
        )}
        {row.may.map((each) => (
          <Button
            key={each}
            size="sm"
            variant={each === 'approve' ? 'primary' : 'ghost'}
            aria-label={`${decisionWord[each]}: ${of === 'product' ? row.productTitle : row.principalName}`}
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
