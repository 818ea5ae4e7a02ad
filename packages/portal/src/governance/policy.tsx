import { Page, PageHead } from '../ui/index.ts'

export function PolicyPage() {
  return (
    <Page>
      <PageHead title="Policy" />
    </Page>
  )
}
