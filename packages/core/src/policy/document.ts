import { z } from 'zod'
import { amount, anything, key, many, must, oneOrMore, text } from '../manifest/keys.ts'
import { tiers } from '../quality/certification.ts'
import { Moment, PolicyKind, PolicyMode, Severity } from './model.ts'

/** `kind: Policy` as people write it; the reference page and editors are made from it. */
const scope = z.strictObject({
  domains: key(oneOrMore, 'Domains; `*` stands for any part of a name.', { example: ['sales', 'finance-*'] }),
  products: key(oneOrMore, 'Products as `domain/product`; `*` stands for any part.', { example: ['sales/*'] }),
  alignments: key(oneOrMore, 'Alignments of products.', { example: ['source-aligned'] }),
  classifications: key(oneOrMore, 'Classifications of products.', { example: ['confidential', 'restricted'] }),
  tags: key(oneOrMore, 'Tags; one of them is enough.', { example: ['finance'] }),
  statuses: key(oneOrMore, 'Statuses of products.', { example: ['active'] }),
})

const bands = z.strictObject({
  inform: key(text, 'Values that are told.', { example: '< 0.95' }),
  warn: key(text, 'Values that warn.', { example: '< 0.9' }),
  block: key(text, 'Values that stop.', { example: '< 0.5' }),
})

export const RawPolicy = z.strictObject({
  apiVersion: must(z.literal('datamesh/v1'), 'Version of this format.', { example: 'datamesh/v1' }),
  kind: must(z.literal('Policy'), 'What is declared.', { example: 'Policy' }),
  metadata: must(
    z.strictObject({
      name: must(text, 'Name, unique in its scope: lower-case letters, digits, `-` and `_`.', {
        example: 'owner-present',
      }),
      title: key(text, 'Name as people say it.', { default: 'made from the name' }),
      domain: key(text, 'Domain whose own policy it is. Not written: it holds in the whole mesh.', {
        example: 'sales',
      }),
      owner: must(text, 'Team that answers for the rule.', { example: 'data-governance' }),
      description: key(text, 'What the rule asks, in a sentence.'),
      tags: key(many(text, 100), 'Words to find it by.'),
    }),
    'Who and what.',
  ),
  spec: must(
    z.strictObject({
      kind: key(PolicyKind, 'What it is asked about.', { default: 'active' }),
      when: key(z.union([Moment, many(Moment, 10)]), 'When it is asked.', {
        example: ['plan', 'schedule'],
        default: ['validate', 'plan', 'schedule'],
      }),
      severity: key(Severity, 'What a hit of `deny` or `violation` does at most.', { default: 'warn' }),
      mode: key(PolicyMode, 'How far it is rolled out.', { default: 'shadow' }),
      applies: key(scope, 'Products that it is about; what is not written does not narrow.'),
      rego: key(oneOrMore, 'Rego: text, or files beside this one. Not needed for `passive`.', {
        example: 'owner_present.rego',
      }),
      version: key(z.enum(['v0', 'v1']), 'Version of the Rego language.', { default: 'v1' }),
      package: key(text, 'Package that answers.', { default: 'that of the first Rego file' }),
      tests: key(oneOrMore, 'Rego test rules: text, or files beside this one.', { example: 'owner_present_test.rego' }),
      docs: key(text, 'Markdown: text, or a file beside this one.', { example: 'owner_present.md' }),
      certifies: key(z.enum(tiers), 'Tier that its hits stand in the way of; for `certification`.', {
        example: 'gold',
      }),
      bands: key(bands, 'What a number means; for `metric`, and for `passive` results with a value.'),
      unit: key(text, 'Unit of the number.', { example: '%' }),
      max_age: key(amount, 'How old pushed results may be; for `passive`.', { example: '7 days' }),
      data: key(anything, 'Documents that the Rego finds under `data`.', {
        example: { allowed_regions: ['eu-west-1'] },
      }),
    }),
    'The rule.',
  ),
})
export type RawPolicy = z.infer<typeof RawPolicy>
