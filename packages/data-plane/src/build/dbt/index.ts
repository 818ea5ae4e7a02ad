export {
  type CompiledModel,
  type CompiledProject,
  compileParsed,
  compileProject,
  compiler,
  type Resolve,
} from './compile.ts'
export type { Settings, Target } from './context.ts'
export { type CompiledTest, compileTests } from './data_tests.ts'
export { type ParsedModel, type ParsedProject, parseProject, type SourceUse } from './parse.ts'
export {
  type Project,
  type Properties,
  type ReadYaml,
  readProject,
  type Seed,
  type SourceTable,
  type SqlFile,
  type TestUse,
} from './project.ts'
export type { Answer, Column, Relation } from './relation.ts'
