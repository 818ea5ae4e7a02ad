import type { Handlers } from '../handler.ts'
import { accessHandlers } from './access.ts'
import { auditHandlers } from './audit.ts'
import { catalogHandlers } from './catalog.ts'
import { classificationHandlers } from './classification.ts'
import { dataHandlers } from './data.ts'
import type { HandlerDeps } from './deps.ts'
import { encryptionHandlers } from './encryption.ts'
import { eventHandlers } from './events.ts'
import { fileHandlers } from './files.ts'
import { governanceHandlers } from './governance.ts'
import { identityHandlers } from './identity.ts'
import { meshHandlers } from './mesh.ts'
import { meshHealthHandlers } from './mesh_health.ts'
import { platformHandlers } from './platform.ts'
import { productHandlers } from './product.ts'
import { proposeHandlers } from './propose.ts'
import { runHandlers } from './runs.ts'
import { sqlHandlers } from './sql.ts'

export type { HandlerDeps } from './deps.ts'

/** Every route of the table, by the part of the platform that answers it. */
export const allHandlers = (deps: HandlerDeps): Handlers => ({
  ...platformHandlers(deps),
  ...identityHandlers(deps),
  ...accessHandlers(deps),
  ...catalogHandlers(deps),
  ...productHandlers(deps),
  ...proposeHandlers(deps),
  ...dataHandlers(deps),
  ...fileHandlers(deps),
  ...runHandlers(deps),
  ...sqlHandlers(deps),
  ...eventHandlers(deps),
  ...meshHandlers(deps),
  ...governanceHandlers(deps),
  ...classificationHandlers(deps),
  ...meshHealthHandlers(deps),
  ...auditHandlers(deps),
  ...encryptionHandlers(deps),
})
