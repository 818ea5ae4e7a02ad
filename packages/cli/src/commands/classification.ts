import type { ClassificationProposal } from '@datamesh/core'
import { type Command, Option } from 'commander'
import { openContext, productRef } from '../context.ts'
import { bad, dim, good, show, warn } from '../output.ts'
import { plain, table } from '../text.ts'
import { examples } from '../usage.ts'

export const classificationCommand = (program: Command): void => {
  const classification = program
    .command('classification')
    .summary('what columns look like, and what stewards say of it')
    .description(
      'After each publish the platform guesses which columns hold personal data, from names and values. A steward accepts or rejects; what is accepted is masked from the next read on, in copies as well.',
    )
  const list = classification
    .command('list', { isDefault: true })
    .argument('[product]', 'only of this product')
    .addOption(new Option('--state <state>', 'only in this state').choices(['proposed', 'accepted', 'rejected']))
    .summary('guesses, the surest first')
    .description(
      'Shows what columns look like, of products whose samples you may see, with reasons, and what was said of it.',
    )
    .action(
      async (product: string | undefined, options: { state?: ClassificationProposal['state'] }, self: Command) => {
        const { output, client } = openContext(self)
        const mesh = client()
        const ref = product === undefined ? null : await productRef(product, mesh)
        const { proposals } = await mesh.call('listProposals', {
          query: {
            ...(options.state ? { state: options.state } : {}),
            ...(ref ? { product: `${ref.domain}/${ref.product}` } : {}),
          },
        })
        show(output, proposals, (all) =>
          all.length > 0 ? lines(all) : 'No guesses: they come with the profile, after a publish.',
        )
      },
    )
  examples(list, ['datamesh classification list --state proposed', 'what waits for a steward'])
  decisionCommand(classification, 'accept')
  decisionCommand(classification, 'reject')
}

const decisionCommand = (parent: Command, decision: 'accept' | 'reject'): void => {
  const command = parent
    .command(decision)
    .argument('<proposals...>', 'ids of datamesh classification list')
    .summary(decision === 'accept' ? 'it is what it looks like' : 'it is not')
    .description(
      decision === 'accept'
        ? 'Marks the columns as guessed, or as you say; they are masked from the next read on, in copies as well.'
        : 'Says that the columns are not what they look like; the guess does not come again.',
    )
  if (decision === 'accept')
    command
      .option('--classification <level>', 'another level: public, internal, confidential, restricted')
      .option('--kind <kind>', 'another kind')
  command.action(async (ids: string[], options: { classification?: string; kind?: string }, self: Command) => {
    const { output, client } = openContext(self)
    const mesh = client()
    const decided: ClassificationProposal[] = []
    for (const id of ids)
      decided.push(await mesh.call('decideProposal', { params: { id }, body: { decision, ...options } }))
    show(output, decided, lines)
  })
  examples(command, [
    `datamesh classification ${decision} tag_01m7w3fjc2c7v9w1y4cc`,
    'may be said again, the other way',
  ])
}

const shown = { proposed: warn, accepted: good, rejected: bad }

const lines = (all: readonly ClassificationProposal[]): string =>
  table(
    all.map((each) => ({
      state: shown[each.state](each.state),
      column: `${each.product}.${each.column}`,
      kind: each.kind,
      level: each.classification,
      sure: `${Math.round(each.confidence * 100)} %`,
      because: plain(each.because.join('; ')),
      by: each.decidedBy ?? dim('-'),
      id: dim(each.id),
    })),
  )
