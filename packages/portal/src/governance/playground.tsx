import { Page, PageHead } from '../ui/index.ts'

export function Playground() {
  return (
    <Page>
      <PageHead title="Playground" />
    </Page>
  )
}
