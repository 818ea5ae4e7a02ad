import { meshHealth } from '../../governance/index.ts'
import type { Handlers } from '../handler.ts'
import type { HandlerDeps } from './deps.ts'

export const meshHealthHandlers = ({
  access,
  catalog,
}: Pick<HandlerDeps, 'access' | 'catalog'>): Pick<Handlers, 'meshHealth'> => ({
  meshHealth: async ({ actor }) => meshHealth((await access.sightOf(actor)).visible, catalog),
})
