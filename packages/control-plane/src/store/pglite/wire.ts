/** What the host's thread and the database's thread say to each other. Nothing here may need a package: the worker starts with it. */

export type WorkerSetup = {
  /** Folder of the state; the database itself is in `<dir>/pg`. Null: in memory. */
  dir: string | null
  durable: boolean
}

export type Ask =
  | { id: number; do: 'query'; sql: string; params: readonly unknown[] }
  | { id: number; do: 'exec'; sql: string }
  | { id: number; do: 'close' }

/** A database error as far as it travels between threads; the names are Postgres's. */
export type WireError = {
  message: string
  code?: string
  severity?: string
  detail?: string
  hint?: string
  constraint?: string
  table?: string
  column?: string
}

export type Outcome = { rows: unknown[]; affected: number }

export type Answer =
  | { ready: true }
  | { failed: WireError }
  | { id: number; outcome: Outcome }
  | { id: number; error: WireError }
  | { notify: string; payload: string }
