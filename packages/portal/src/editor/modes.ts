import { StreamLanguage, type StringStream } from '@codemirror/language'

type Token = string | null
const word = /^[A-Za-z_]\w*/
const quoted = /^"(?:[^"\\]|\\.)*"?/
const figure = /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/

const regoWords = new Set('package import as default if contains in every some with not else'.split(' '))
const literals = new Set(['true', 'false', 'null'])
const documents = new Set(['input', 'data'])

/** Rego of both versions: what a word is can be told from the word, from its place and from what stands behind it. */
const regoToken = (at: StringStream, state: { raw: boolean }): Token => {
  if (state.raw) {
    if (at.skipTo('`')) {
      at.next()
      state.raw = false
    } else at.skipToEnd()
    return 'string'
  }
  const begins = at.sol()
  if (at.eatSpace()) return null
  if (at.match(/^#.*/)) return 'lineComment'
  if (at.match(quoted)) return 'string'
  if (at.eat('`')) {
    state.raw = true
    return 'string'
  }
  if (at.match(figure)) return 'number'
  const found = at.match(word) as RegExpMatchArray | null
  if (found === null) {
    if (!at.match(/^(?::=|[=!<>]=|[-+*/%&|<>=])/)) at.next()
    return null
  }
  const [name] = found
  if (regoWords.has(name)) return 'keyword'
  if (literals.has(name)) return 'bool'
  if (documents.has(name)) return 'typeName'
  // `time.now_ns(`: the whole of it is the function
  if (at.match(/^(?:\.[A-Za-z_]\w*)*(?=\()/)) return begins ? 'variableName.definition' : 'variableName.function'
  return begins ? 'variableName.definition' : null
}

const jsonToken = (at: StringStream): Token => {
  if (at.eatSpace()) return null
  if (at.match(quoted)) return at.match(/^\s*:/, false) ? 'propertyName' : 'string'
  if (at.match(figure)) return 'number'
  if (at.match(/^(?:true|false|null)\b/)) return 'bool'
  at.next()
  return null
}

const yamlToken = (at: StringStream): Token => {
  if (at.eatSpace()) return null
  if (at.match(/^#.*/)) return 'lineComment'
  if (at.match(quoted) || at.match(/^'(?:[^']|'')*'?/))
    return at.match(/^\s*:(?:\s|$)/, false) ? 'propertyName' : 'string'
  if (at.match(/^[\w./$-]+(?=\s*:(?:\s|$))/)) return 'propertyName'
  if (at.match(/^(?:true|false|null)(?=\s|$|[,\]}])/)) return 'bool'
  if (at.match(/^-?\d+(?:\.\d+)?(?=\s|$|[,\]}])/)) return 'number'
  if (!at.match(/^[\w./-]+/)) at.next()
  return null
}

const comments = { commentTokens: { line: '#' } }
const modes = {
  rego: StreamLanguage.define({
    name: 'rego',
    startState: () => ({ raw: false }),
    token: regoToken,
    languageData: { ...comments, closeBrackets: { brackets: ['(', '[', '{', '"', '`'] } },
  }),
  json: StreamLanguage.define({ name: 'json', startState: () => ({}), token: jsonToken }),
  yaml: StreamLanguage.define({ name: 'yaml', startState: () => ({}), token: yamlToken, languageData: comments }),
} as const

/** By the ending of the file; null: plain text. */
export const modeOf = (path: string) =>
  path.endsWith('.rego') ? modes.rego : path.endsWith('.json') ? modes.json : /\.ya?ml$/.test(path) ? modes.yaml : null
