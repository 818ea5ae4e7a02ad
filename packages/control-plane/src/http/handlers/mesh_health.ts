import { openMeshHealth } from '../../governance/index.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'

export const meshHealthHandlers = ({
  access,
  catalog,
}: Pick<HandlerDeps, 'access' | 'catalog'>): Pick<Handlers, 'meshHealth'> => {
  const look = openMeshHealth(catalog)
  return { meshHealth: async ({ actor }) => look((await access.sightOf(actor)).visible) }
}
