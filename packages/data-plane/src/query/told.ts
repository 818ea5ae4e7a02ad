import type { QueryFault } from './model.ts'

type EngineError = { exception_type?: string; exception_message?: string; position?: string }

/** Where files are opened says nothing to the reader and is nobody's business. */
const withoutPaths = (text: string): string =>
  text
    .replaceAll(/["']?\/proc\/self\/fd\/\d+["']?/g, 'a published file')
    .replaceAll(/["']?\/dev\/fd\/\d+["']?/g, 'a published file')

const outOfMemory = /^Out of Memory/i

/** What the engine says, in one line, with the place in the text where it says one. Its advice is about settings that nobody can change. */
export const faultOfEngine = (error: unknown, memoryMb: number): QueryFault => {
  const raw = error instanceof Error ? error.message : String(error)
  const { exception_type: type = '', exception_message: message = raw, position } = parsed(raw)
  if (
    outOfMemory.test(type) ||
    /bad_alloc|array buffer allocation|memory allocation failure|invalid string length/i.test(raw)
  )
    return { is: 'limit', why: `it needs more than the ${memoryMb} MB that a query may use`, at: null }
  if (/^Unexpected type id/.test(raw))
    return { is: 'failed', why: 'a column has a type that cannot be shown; cast it to a text', at: null }
  const told = withoutPaths(message.split('\n\n')[0] ?? '')
    .replaceAll('\n', ' ')
    .replace(/ Use "SET .*$/, '')
  const at = position === undefined ? null : Number(position)
  return {
    is: 'failed',
    // the cut may go through a pair of surrogates, and half of one is no text for the state
    why: `${type === '' ? '' : `${type} error: `}${told}`.slice(0, 2000).toWellFormed(),
    at: Number.isFinite(at) ? at : null,
  }
}

/** `errors_as_json` gives JSON, after the error's kind where it comes from the parser. */
const parsed = (raw: string): EngineError => {
  const from = raw.indexOf('{"exception_type"')
  if (from < 0) return {}
  try {
    return JSON.parse(raw.slice(from)) as EngineError
  } catch {
    return {}
  }
}
