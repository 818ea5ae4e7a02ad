export { localStorage, type StagedFile, type Storage, type StoredFile } from './storage.ts'
