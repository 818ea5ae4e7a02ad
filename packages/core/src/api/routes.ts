import { catalogRoutes } from './routes/catalog.ts'
import { dataRoutes } from './routes/data.ts'
import { identityRoutes } from './routes/identity.ts'
import { platformRoutes } from './routes/platform.ts'
import { runRoutes } from './routes/runs.ts'

/** The one table: server, OpenAPI, SDK, portal and the permission matrix are derived from it. */
export const routes = {
  ...platformRoutes,
  ...identityRoutes,
  ...catalogRoutes,
  ...dataRoutes,
  ...runRoutes,
}

export type Routes = typeof routes
export type RouteName = keyof Routes
