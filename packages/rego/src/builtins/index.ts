import type { Builtins } from './builtin.ts'

/** Every built-in by its name. Each file holds one family. */
export const builtins: Builtins = {}
