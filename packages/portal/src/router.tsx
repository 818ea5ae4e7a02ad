import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { NotFound, PageFailed } from './shell/failed.tsx'
import { Frame } from './shell/frame.tsx'
import * as search from './shell/search.ts'

const root = createRootRoute({ notFoundComponent: NotFound, errorComponent: PageFailed })
/** Everything but sign-in stands inside the frame and needs somebody who is signed in. */
const frame = createRoute({ getParentRoute: () => root, id: 'frame', component: Frame })
const under = () => frame

const home = createRoute({
  getParentRoute: under,
  path: '/',
  component: lazyRouteComponent(() => import('./home/home.tsx'), 'Home'),
})
const products = createRoute({
  getParentRoute: under,
  path: '/products',
  validateSearch: search.marketplaceSearch,
  component: lazyRouteComponent(() => import('./catalog/marketplace.tsx'), 'Marketplace'),
})
const product = createRoute({
  getParentRoute: under,
  path: '/products/$domain/$product',
  validateSearch: search.productSearch,
  component: lazyRouteComponent(() => import('./product/product.tsx'), 'Product'),
})
const domain = createRoute({
  getParentRoute: under,
  path: '/domains/$domain',
  component: lazyRouteComponent(() => import('./catalog/domain.tsx'), 'Domain'),
})
const map = createRoute({
  getParentRoute: under,
  path: '/map',
  validateSearch: search.mapSearch,
  component: lazyRouteComponent(() => import('./map/map.tsx'), 'DomainMap'),
})
const lineage = createRoute({
  getParentRoute: under,
  path: '/lineage',
  validateSearch: search.lineageSearch,
  component: lazyRouteComponent(() => import('./lineage/lineage.tsx'), 'Lineage'),
})
const sql = createRoute({
  getParentRoute: under,
  path: '/sql',
  validateSearch: search.sqlSearch,
  component: lazyRouteComponent(() => import('./sql/workbench.tsx'), 'Workbench'),
})
const runs = createRoute({
  getParentRoute: under,
  path: '/runs',
  validateSearch: search.runsSearch,
  component: lazyRouteComponent(() => import('./runs/pipelines.tsx'), 'Pipelines'),
})
const run = createRoute({
  getParentRoute: under,
  path: '/runs/$id',
  component: lazyRouteComponent(() => import('./runs/run.tsx'), 'RunPage'),
})
const access = createRoute({
  getParentRoute: under,
  path: '/access',
  validateSearch: search.accessSearch,
  component: lazyRouteComponent(() => import('./access/access.tsx'), 'Access'),
})
const create = createRoute({
  getParentRoute: under,
  path: '/new',
  validateSearch: search.newSearch,
  component: lazyRouteComponent(() => import('./catalog/new_product.tsx'), 'NewProduct'),
})
const settings = createRoute({
  getParentRoute: under,
  path: '/settings',
  validateSearch: search.settingsSearch,
  component: lazyRouteComponent(() => import('./settings/settings.tsx'), 'Settings'),
})
const governance = createRoute({
  getParentRoute: under,
  path: '/governance',
  validateSearch: search.governanceSearch,
  component: lazyRouteComponent(() => import('./governance/governance.tsx'), 'Governance'),
})
const policies = createRoute({
  getParentRoute: under,
  path: '/policies',
  validateSearch: search.policiesSearch,
  component: lazyRouteComponent(() => import('./governance/policies.tsx'), 'Policies'),
})
const policy = createRoute({
  getParentRoute: under,
  path: '/policies/$scope/$policy',
  validateSearch: search.policySearch,
  component: lazyRouteComponent(() => import('./governance/policy.tsx'), 'PolicyPage'),
})
const playground = createRoute({
  getParentRoute: under,
  path: '/playground',
  validateSearch: search.playgroundSearch,
  component: lazyRouteComponent(() => import('./governance/playground.tsx'), 'Playground'),
})
const audit = createRoute({
  getParentRoute: under,
  path: '/audit',
  validateSearch: search.auditSearch,
  component: lazyRouteComponent(() => import('./audit/audit.tsx'), 'Audit'),
})
const cart = createRoute({
  getParentRoute: under,
  path: '/cart',
  component: lazyRouteComponent(() => import('./access/cart.tsx'), 'Cart'),
})
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: search.signInSearch,
  component: lazyRouteComponent(() => import('./shell/sign_in.tsx'), 'SignIn'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    frame.addChildren([
      home,
      products,
      product,
      domain,
      map,
      lineage,
      sql,
      runs,
      run,
      access,
      create,
      settings,
      governance,
      policies,
      policy,
      playground,
      audit,
      cart,
    ]),
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultErrorComponent: PageFailed,
  defaultNotFoundComponent: NotFound,
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
