import { MeshError, type RouteName } from '@datamesh/core'
import type { Handlers } from '../handler.ts'

/** Declared, not built yet. Empty and removed when the issue is done. */
const names = ['explainAccess', 'accessDrift', 'detokenise'] as const satisfies readonly RouteName[]

export const pendingHandlers = Object.fromEntries(
  names.map((name) => [
    name,
    () => {
      throw new MeshError('not-found', { what: `route ${name}` })
    },
  ]),
) as unknown as Pick<Handlers, (typeof names)[number]>
