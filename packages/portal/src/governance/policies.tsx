import { Page, PageHead } from '../ui/index.ts'

export function Policies() {
  return (
    <Page>
      <PageHead title="Policies" />
    </Page>
  )
}
