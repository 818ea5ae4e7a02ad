import { useState } from 'react'
import { useApi } from '../api/index.ts'
import { Loaded, Segment, SegmentList, SkeletonRows, TabPanel, Tabs } from '../ui/index.ts'
import type { Saved } from './saved/document.ts'
import { HistoryList } from './saved/history_list.tsx'
import { SavedList } from './saved/saved_list.tsx'
import { SchemaTree } from './tree/tree.tsx'
import type { QueryView } from './use_run.ts'

export type SideProps = {
  current: string | undefined
  /** Product that is open from the start. */
  product: string | undefined
  onInsert: (name: string) => void
  onEdit: (saved: Saved) => void
  onDelete: (saved: Saved) => void
  onOpen: (view: QueryView) => void
  onAgain: (view: QueryView) => void
  /** Something was chosen: a drawer closes. */
  onChosen: () => void
}

/** What can be named, what was kept, what was asked. */
export function Side({ current, product, onInsert, onEdit, onDelete, onOpen, onAgain, onChosen }: SideProps) {
  const [shown, setShown] = useState('tables')
  const catalog = useApi('sqlCatalog', {}, { staleTime: 60_000 })
  const panel = 'flex min-h-0 flex-1 flex-col outline-none'
  return (
    <Tabs value={shown} onValueChange={(to) => setShown(String(to))} className="flex h-full min-h-0 flex-col pt-2">
      <SegmentList aria-label="Beside the editor" className="mx-3 mb-2 shrink-0">
        <Segment value="tables">Tables</Segment>
        <Segment value="saved">Saved</Segment>
        <Segment value="history">History</Segment>
      </SegmentList>
      <TabPanel value="tables" tabIndex={-1} className={panel}>
        <Loaded from={catalog} skeleton={<SkeletonRows rows={10} />}>
          {(tree) => <SchemaTree catalog={tree} opened={product} onInsert={onInsert} />}
        </Loaded>
      </TabPanel>
      <TabPanel value="saved" tabIndex={-1} className={panel}>
        <SavedList current={current} onEdit={onEdit} onDelete={onDelete} onOpen={onChosen} />
      </TabPanel>
      <TabPanel value="history" tabIndex={-1} className={panel}>
        <HistoryList onOpen={onOpen} onAgain={onAgain} />
      </TabPanel>
    </Tabs>
  )
}
