export {
  type ArgsOf,
  type Client,
  type ConnectOptions,
  clientOf,
  type DataRow,
  type RouteTable,
  type RowsOptions,
} from './client.ts'
export { connect, signIn } from './connect.ts'
export { ApiError, isApiError } from './error.ts'
