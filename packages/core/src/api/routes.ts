import { accessRoutes } from './routes/access.ts'
import { auditRoutes } from './routes/audit.ts'
import { catalogRoutes } from './routes/catalog.ts'
import { dataRoutes } from './routes/data.ts'
import { encryptionRoutes } from './routes/encryption.ts'
import { governanceRoutes } from './routes/governance.ts'
import { identityRoutes } from './routes/identity.ts'
import { meshRoutes } from './routes/mesh.ts'
import { platformRoutes } from './routes/platform.ts'
import { productRoutes } from './routes/product.ts'
import { runRoutes } from './routes/runs.ts'
import { sqlRoutes } from './routes/sql.ts'

/** The one table: server, OpenAPI, SDK, portal and the permission matrix are derived from it. */
export const routes = {
  ...platformRoutes,
  ...identityRoutes,
  ...catalogRoutes,
  ...productRoutes,
  ...meshRoutes,
  ...accessRoutes,
  ...dataRoutes,
  ...runRoutes,
  ...sqlRoutes,
  ...governanceRoutes,
  ...auditRoutes,
  ...encryptionRoutes,
}

export type Routes = typeof routes
export type RouteName = keyof Routes
