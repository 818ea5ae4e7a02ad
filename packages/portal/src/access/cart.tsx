import { Page, PageHead } from '../ui/index.ts'

export function Cart() {
  return (
    <Page>
      <PageHead title="Request access" />
    </Page>
  )
}
