import { fileURLToPath } from 'node:url'
import tailwind from '@tailwindcss/vite'
import { defineConfig, type Plugin } from 'vite'
import { routes } from '../core/src/api/routes.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** The route table without its schemas: paths and methods are all that a page needs to call it. */
const routeTable = (): Plugin => {
  const id = 'virtual:route-table'
  return {
    name: 'route-table',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load: (source) =>
      source === `\0${id}`
        ? `export const table = ${JSON.stringify(
            Object.fromEntries(Object.values(routes).map(({ name, method, path }) => [name, { method, path }])),
          )}`
        : undefined,
  }
}

/** `npm run portal -- --watch` serves nothing: the control plane does. For hot reload: DATAMESH_URL of a running mesh and `vite packages/portal`. */
export default defineConfig({
  root: here('.'),
  plugins: [routeTable(), tailwind()],
  resolve: { conditions: ['mesh-source', 'module', 'browser', 'development|production'] },
  build: {
    // style-src of the pages allows it; a lower target would rewrite oklch() and light-dark()
    target: 'esnext',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    sourcemap: false,
    manifest: true,
    rolldownOptions: {
      output: {
        // what nearly every page takes, in one file: forty small ones cost 8 KB more. Nothing here may import what is heavy.
        codeSplitting: {
          groups: [
            {
              name: 'ground',
              test: /node_modules\/(?:react|react-dom|scheduler|use-sync-external-store|clsx|tailwind-merge|@tanstack\/(?:history|router-core|react-router|store|react-store|query-core|react-query))\//,
              includeDependenciesRecursively: false,
            },
            {
              name: 'kit',
              test: /portal\/src\/(?:words\/|api\/|news\/|viz\/spark|shell\/(?:keys|me|search)|ui\/(?:badge|button|card|clipboard|cn|copy|domain|field|first_use|half_minute|hints|hues|menu|notes|select|states|table|tabs|toast)\.tsx?$)/,
              includeDependenciesRecursively: false,
            },
            {
              // the workbench and the playground take the same editor; SQL itself is the workbench's
              name: 'editor',
              test: /node_modules\/(?:@codemirror\/(?!lang-sql)|@lezer\/|@marijn\/|style-mod|w3c-keyname|crelt)|portal\/src\/editor\/theme/,
              includeDependenciesRecursively: false,
            },
            { name: 'icons', test: /node_modules\/lucide-react\//, minShareCount: 8 },
          ],
        },
      },
    },
  },
  server: {
    // the server compares Origin with Host: the one that the browser speaks to has to arrive
    proxy: Object.fromEntries(
      ['/api', '/auth', '/oidc'].map((path) => [
        path,
        { target: process.env.DATAMESH_URL ?? 'http://127.0.0.1:4100', changeOrigin: false },
      ]),
    ),
  },
})
