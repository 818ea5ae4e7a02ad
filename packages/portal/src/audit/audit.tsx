import { Page, PageHead } from '../ui/index.ts'

export function Audit() {
  return (
    <Page>
      <PageHead title="Audit log" />
    </Page>
  )
}
