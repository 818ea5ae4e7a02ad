import { Page, PageHead } from '../ui/index.ts'

export function Governance() {
  return (
    <Page>
      <PageHead title="Governance" />
    </Page>
  )
}
