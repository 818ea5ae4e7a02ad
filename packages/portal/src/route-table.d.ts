declare module 'virtual:route-table' {
  import type { RouteTable } from '@datamesh/sdk'
  export const table: RouteTable
}
