import type { Reply } from '../../api/index.ts'
import { Avatar, Card, CardHead, Table, Td, Th } from '../../ui/index.ts'
import { compact, count, day } from '../../words/index.ts'

type Reader = Reply<'listConsumers'>['readers'][number]

/** Who read in the last 30 days. Those who may not manage the product get the figures without names. */
export const Readers = ({ readers }: { readers: readonly Reader[] }) => {
  const named = readers.some((reader) => reader.principal !== null)
  return (
    <Card>
      <CardHead
        title="Readers"
        hint={named || readers.length === 0 ? 'last 30 days' : 'last 30 days; names are for the owners'}
      />
      {readers.length === 0 ? (
        <p className="px-4 pb-4 text-ink-3 text-sm">Nobody read a port in the last 30 days.</p>
      ) : (
        <Table label="Readers" className="rounded-b-xl">
          <thead>
            <tr>
              <Th>Reader</Th>
              <Th>Port</Th>
              <Th className="text-right">Reads</Th>
              <Th className="text-right">Rows</Th>
              <Th className="text-right">Last</Th>
            </tr>
          </thead>
          <tbody>
            {readers.map((reader, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: readers without names have no identity
              <tr key={at} className="last:*:border-b-0">
                <Td className="whitespace-nowrap">
                  {reader.name === null ? (
                    <span className="text-ink-3">Reader {at + 1}</span>
                  ) : (
                    <span className="inline-flex items-center gap-2" title={reader.principal ?? undefined}>
                      <Avatar name={reader.name} className="size-5" />
                      {reader.name}
                    </span>
                  )}
                </Td>
                <Td className="font-mono text-ink-2 text-xs">{reader.port}</Td>
                <Td className="text-right tabular-nums">{count(reader.reads)}</Td>
                <Td className="text-right tabular-nums">{compact(reader.rows)}</Td>
                <Td className="whitespace-nowrap text-right text-ink-2">{day(reader.lastDay)}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Card>
  )
}
