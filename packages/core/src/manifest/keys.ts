import { z } from 'zod'

/** What the reference page and editors show about a key besides its type. */
type About = { example?: unknown; default?: unknown }

/** A key with its meaning, an example and what holds when it is not written. */
export const key = <S extends z.ZodType>(schema: S, meaning: string, about: About = {}): z.ZodOptional<S> =>
  schema.optional().meta(meta(meaning, about))

/** A key that must be written. */
export const must = <S extends z.ZodType>(schema: S, meaning: string, about: About = {}): S =>
  schema.meta(meta(meaning, about))

const meta = (meaning: string, about: About) => ({
  description: meaning,
  ...(about.example === undefined ? {} : { examples: [about.example] }),
  ...(about.default === undefined ? {} : { default: about.default }),
})

export const text = z.string()
export const amount = z.union([z.string(), z.number()])
/** Lists are bounded, so that no reader of them has to fear their square. */
export const many = <S extends z.ZodType>(of: S, most: number): z.ZodArray<S> => z.array(of).max(most)
export const oneOrMore = z.union([z.string(), many(z.string(), 1000)])
export const scalar = z.union([z.string(), z.number(), z.boolean()])
export const texts = z.record(z.string(), scalar)
export const anything = z.record(z.string(), z.unknown())

export const classification = z.enum(['public', 'internal', 'confidential', 'restricted'])
export const alignment = z.enum(['source-aligned', 'aggregate-aligned', 'consumer-aligned'])
