import { ArrowRight, FileUp, Workflow } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useApi, useChange } from '../../api/index.ts'
import { useMe } from '../../shell/me.ts'
import {
  Button,
  Card,
  CardHead,
  ErrorState,
  readable,
  Segment,
  SegmentList,
  Select,
  TabPanel,
  Tabs,
  TextArea,
  TextField,
} from '../../ui/index.ts'
import type { Proposal } from '../new_product.tsx'
import { InputProducts } from './input_products.tsx'
import { nameOf } from './name.ts'
import { SampleFile, type Uploaded } from './sample_file.tsx'

export type Wish = {
  from: 'sample' | 'products'
  upload: Uploaded | null
  inputs: string[]
  domain: string
  name: string
  title: string
  description: string
  alignment: 'source-aligned' | 'aggregate-aligned' | 'consumer-aligned'
  classification: 'public' | 'internal' | 'confidential' | 'restricted'
}

/** What the body of both proposals has in common. */
export const aboutOf = ({ domain, name, title, description, alignment, classification }: Wish) => ({
  domain,
  name,
  title,
  description,
  alignment,
  classification,
})

export function Start({
  before,
  domain,
  onProposal,
}: {
  before: Wish | null
  domain: string | undefined
  onProposal: (proposal: Proposal, wish: Wish) => void
}) {
  const me = useMe()
  const domains = useApi('listDomains', {})
  const all = me.data?.roles.some(({ role }) => role === 'platform-admin') ?? false
  const mine = (domains.data?.domains ?? []).filter(
    ({ name }) => all || me.data?.roles.some((held) => held.role === 'domain-owner' && held.domain === name),
  )
  const [wish, setWish] = useState<Wish>(
    before ?? {
      ...{ from: 'sample', upload: null, inputs: [], domain: domain ?? '', name: '', title: '', description: '' },
      ...{ alignment: 'source-aligned', classification: 'internal' },
    },
  )
  const change = (part: Partial<Wish>) => setWish((was) => ({ ...was, ...part }))
  const chosen = { ...wish, domain: wish.domain || (mine[0]?.name ?? ''), name: wish.name || nameOf(wish.title) }
  const sample = useChange('proposeProduct', {
    done: (reply) => onProposal({ bundle: reply.bundle, sample: reply }, chosen),
  })
  const derived = useChange('proposeDerived', { done: ({ bundle }) => onProposal({ bundle, sample: null }, chosen) })
  const failed = sample.error ?? derived.error
  const ready =
    chosen.domain !== '' &&
    chosen.name !== '' &&
    (wish.from === 'sample' ? wish.upload !== null : wish.inputs.length > 0)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (wish.from === 'products') derived.mutate({ body: { ...aboutOf(chosen), inputs: wish.inputs } })
    else if (wish.upload) sample.mutate({ body: { ...aboutOf(chosen), upload: wish.upload.id } })
  }
  return (
    <form onSubmit={submit} className="grid grid-cols-2 gap-4 max-lg:grid-cols-1">
      <Card>
        <CardHead title="Where do the rows come from?" />
        <Tabs
          value={wish.from}
          onValueChange={(from: Wish['from']) =>
            change({ from, alignment: from === 'sample' ? 'source-aligned' : 'aggregate-aligned' })
          }
          className="px-4 pb-4"
        >
          <SegmentList aria-label="Where the rows come from">
            <Segment value="sample">
              <FileUp className="size-3.5" aria-hidden />A file
            </Segment>
            <Segment value="products">
              <Workflow className="size-3.5" aria-hidden />
              Other products
            </Segment>
          </SegmentList>
          <TabPanel value="sample" className="pt-4">
            <SampleFile
              uploaded={wish.upload}
              onUploaded={(upload) => {
                const stem = upload.name.replace(/\.[^.]+$/, '')
                change({ upload, ...(wish.title === '' ? { title: readable(stem) } : {}) })
              }}
            />
          </TabPanel>
          <TabPanel value="products" className="pt-4">
            <InputProducts chosen={wish.inputs} onChange={(inputs) => change({ inputs })} />
          </TabPanel>
        </Tabs>
      </Card>
      <Card>
        <CardHead title="What is it?" />
        <div className="flex flex-col gap-3 px-4 pb-4">
          <TextField
            label="Title"
            required
            maxLength={200}
            value={wish.title}
            onChange={(event) => change({ title: event.target.value })}
            placeholder="Order lines"
          />
          <TextField
            label="Name"
            required
            pattern="[a-z][a-z0-9]*(-[a-z0-9]+)*"
            maxLength={60}
            hint="Small letters, digits and -. It becomes part of every address."
            value={chosen.name}
            onChange={(event) => change({ name: event.target.value })}
          />
          <TextArea
            label="Description"
            maxLength={2000}
            value={wish.description}
            onChange={(event) => change({ description: event.target.value })}
            placeholder="What one row is, and who needs it"
          />
          <div className="grid grid-cols-3 gap-3 max-sm:grid-cols-1">
            <Select
              label="Domain"
              value={chosen.domain}
              onChange={(next) => change({ domain: next })}
              options={mine.map(({ name }) => ({ value: name, label: readable(name) }))}
            />
            <Select
              label="Alignment"
              value={wish.alignment}
              onChange={(next) => change({ alignment: next as Wish['alignment'] })}
              options={[
                { value: 'source-aligned', label: 'Source-aligned' },
                { value: 'aggregate-aligned', label: 'Aggregate-aligned' },
                { value: 'consumer-aligned', label: 'Consumer-aligned' },
              ]}
            />
            <Select
              label="Classification"
              value={wish.classification}
              onChange={(next) => change({ classification: next as Wish['classification'] })}
              options={['public', 'internal', 'confidential', 'restricted'].map((level) => ({
                value: level,
                label: readable(level),
              }))}
            />
          </div>
          <Button
            type="submit"
            variant="primary"
            size="lg"
            className="mt-1"
            disabled={!ready}
            busy={sample.isPending || derived.isPending}
          >
            Propose the product
            <ArrowRight className="size-4" aria-hidden />
          </Button>
        </div>
        {failed && <ErrorState error={failed} className="border-line border-t py-6" />}
      </Card>
    </form>
  )
}
