import { Reader } from './reader.ts'
import type { Fragment, Operation, Query, Selection, VariableDefinition } from './shape.ts'

const operations = new Set(['query', 'mutation', 'subscription'])

/** @throws BuiltinError with the place */
export const parseQuery = (text: string): Query => {
  const r = new Reader(text)
  const found = { Operations: [] as Operation[], Fragments: [] as Fragment[] }
  while (!r.is('<EOF>')) {
    const token = r.peek()
    if (token.kind === '{' || (token.kind === 'Name' && operations.has(token.value)))
      found.Operations.push(operation(r))
    else if (r.isWord('fragment')) found.Fragments.push(fragment(r))
    else throw r.unexpected()
  }
  return found
}

const operation = (r: Reader): Operation => {
  const Position = r.place()
  if (r.is('{')) return { Operation: 'query', Name: '', SelectionSet: selections(r), Position }
  const comments = r.comments()
  return {
    Operation: r.take().value,
    Name: r.is('Name') ? r.take().value : '',
    VariableDefinitions: variables(r),
    Directives: r.directives(false),
    SelectionSet: selections(r),
    Position,
    ...comments,
  }
}

const variables = (r: Reader): VariableDefinition[] => {
  const found: VariableDefinition[] = []
  r.some('(', ')', () => {
    const Position = r.place()
    const comments = r.comments()
    const Variable = r.variable()
    r.expect(':')
    const Type = r.type()
    const preset = r.skip('=') ? { DefaultValue: r.literal(true) } : {}
    found.push({ Variable, Type, ...preset, Directives: r.directives(false), Used: false, Position, ...comments })
  })
  return found
}

const selections = (r: Reader): Selection[] => {
  const found: Selection[] = []
  if (!r.is('{')) r.expect('{')
  r.some('{', '}', () => found.push(r.is('...') ? spread(r) : field(r)))
  return found
}

const field = (r: Reader): Selection => {
  const Position = r.place()
  const comments = r.comments()
  const Alias = r.name()
  const Name = r.skip(':') ? r.name() : Alias
  return {
    Alias,
    Name,
    Arguments: r.args(false),
    Directives: r.directives(false),
    SelectionSet: r.is('{') ? selections(r) : [],
    Position,
    ...comments,
  }
}

const spread = (r: Reader): Selection => {
  const comment = r.expect('...')
  const comments = comment ? { Comment: comment } : {}
  const Position = r.place()
  if (r.is('Name') && !r.isWord('on')) {
    return { Name: fragmentName(r), Directives: r.directives(false), Position, ...comments }
  }
  let TypeCondition = ''
  if (r.isWord('on')) {
    r.take()
    TypeCondition = r.name()
  }
  return { TypeCondition, Directives: r.directives(false), SelectionSet: selections(r), Position, ...comments }
}

const fragmentName = (r: Reader): string => {
  if (r.isWord('on')) throw r.unexpected()
  return r.name()
}

const fragment = (r: Reader): Fragment => {
  const Position = r.place()
  const comments = r.comments()
  r.expectWord('fragment')
  const Name = fragmentName(r)
  const VariableDefinition = variables(r)
  r.expectWord('on')
  return {
    Name,
    VariableDefinition,
    TypeCondition: r.name(),
    Directives: r.directives(false),
    SelectionSet: selections(r),
    Position,
    ...comments,
  }
}
