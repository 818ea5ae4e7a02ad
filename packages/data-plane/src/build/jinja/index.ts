export { bind, wholeOf } from './arguments.ts'
export type { MacroNode } from './ast.ts'
export { type Context, call } from './evaluate.ts'
export type { Loader } from './execute.ts'
export { jsonText } from './json.ts'
export type { Whitespace } from './lexer.ts'
export { suggestion } from './members.ts'
export { iterate, truth } from './operators.ts'
export { parseTemplate, type Template } from './parser.ts'
export { bindMacro, contextOf, macrosOf, type Rendered, type RenderOptions, render, renderAll } from './render.ts'
export { type Limits, type Run, spend } from './run.ts'
export { str } from './text.ts'
export {
  Dict,
  type Func,
  fromData,
  func,
  isDict,
  isThing,
  type Kwargs,
  Returned,
  type Thing,
  Trouble,
  thing,
  toData,
  tuple,
  type Value,
} from './values.ts'
