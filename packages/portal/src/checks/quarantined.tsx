import type { Quarantined as Put } from '@datamesh/core'
import { Card, CardHead, Table, Td, Th } from '../ui/index.ts'
import { count, plural } from '../words/index.ts'

/** Lines of delivered files that could not be read and were put aside; the rest was published. */
export const Quarantined = ({ ports }: { ports: readonly Put[] }) => (
  <Card>
    <CardHead
      title="Put aside"
      hint={`${plural(
        ports.reduce((sum, port) => sum + port.rows, 0),
        'row',
      )} of the newest delivery could not be read; they are kept and not published`}
    />
    <Table label="Rows put aside">
      <thead>
        <tr>
          <Th>Input port</Th>
          <Th>Where</Th>
          <Th>What was wrong</Th>
          <Th className="text-right">Rows</Th>
        </tr>
      </thead>
      <tbody>
        {ports.flatMap((port) =>
          (port.examples.length > 0 ? port.examples : [null]).map((example, i) => (
            <tr key={`${port.port} ${example?.file} ${example?.line}`} className="align-top">
              <Td className="font-medium">{i === 0 && port.port}</Td>
              <Td className="whitespace-nowrap font-mono text-ink-2 text-xs">
                {example && <span title={example.file}>{`${example.file.split('/').at(-1)}:${example.line}`}</span>}
              </Td>
              <Td className="min-w-64 max-w-xl text-ink-2">{example?.error}</Td>
              <Td className="text-right tabular-nums">{i === 0 && count(port.rows)}</Td>
            </tr>
          )),
        )}
      </tbody>
    </Table>
  </Card>
)
