export type { ByteRange, ServedFile } from './file.ts'
export type { MaskedFile } from './masked_files.ts'
export {
  type Filter,
  type FilterOp,
  filterOps,
  maxDownloadRows,
  maxPageRows,
  type Order,
  type RowFormat,
  type RowsReply,
  type RowsRequest,
} from './request.ts'
export { openServing, type Serving, type ServingMetrics, type ServingOptions } from './serving.ts'
