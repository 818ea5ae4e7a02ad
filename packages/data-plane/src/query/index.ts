export { type ExportFormat, exportResult } from './export.ts'
export { type Fences, fencesHere } from './fences.ts'
export {
  defaultQueryLimits,
  type QueryColumn,
  type QueryEnd,
  type QueryFault,
  type QueryLimits,
  type QueryView,
} from './model.ts'
export { type QueryErrand, type QueryOutcome, QueryProcesses, type QuerySink, type RunningQuery } from './process.ts'
export { QueryResult } from './result.ts'
export { type QueryTable, viewOf } from './view.ts'
