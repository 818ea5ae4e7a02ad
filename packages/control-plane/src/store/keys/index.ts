export { type DataKeyView, dataKeyChannel, type KeyRing, openKeyRing } from './data_keys.ts'
export { keyFileProvider } from './key_file.ts'
export type { KeyProvider } from './provider.ts'
export { transitProvider } from './transit.ts'
