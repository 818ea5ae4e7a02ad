export { sealedStream, sealFile } from './envelope.ts'
export {
  type DataKeys,
  type KeyedFile,
  keyStatements,
  keysIn,
  readParquet,
  runsOf,
  underKey,
} from './parquet.ts'
export { reseal } from './reseal.ts'
export { seal, sealBytes, unseal } from './seal.ts'
export { localStorage, type StagedFile, type Storage, type StoredFile } from './storage.ts'
