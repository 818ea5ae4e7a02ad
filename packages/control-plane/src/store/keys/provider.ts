/** A data key as it is stored: `master` says which master key opens it. */
export type Wrapped = { master: string; wrapped: string }

export type MasterKey = { id: string; createdAt: string | null; current: boolean; retired: boolean }

/**
 * Who keeps the master keys. `about` is bound to the wrapping: what was wrapped for one data key does not open as another one.
 * Errors are MeshError key-missing: without the key nothing is read, and nothing is lost.
 */
export type KeyProvider = {
  readonly kind: 'file' | 'transit'
  /** Where the master keys are, for people; never a key or token. */
  readonly where: string
  /** `first`: nothing was ever wrapped, so a first master key may be made. Otherwise one that is not there is missing. */
  wrap(key: Buffer, about: string, first: boolean): Promise<Wrapped>
  unwrap(wrapped: Wrapped, about: string): Promise<Buffer>
  masters(): Promise<MasterKey[]>
  /** A new master key wraps from now on; old ones go on opening. `first` as with `wrap`. @returns its id */
  rotate(first: boolean): Promise<string>
  /** Removes a master key that is not the current one. What is still wrapped by it is lost. */
  retire(id: string): Promise<void>
}
