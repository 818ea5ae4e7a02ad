export {
  type ArgsOf,
  type Client,
  type ConnectOptions,
  connect,
  type DataRow,
  type RowsOptions,
  signIn,
} from './client.ts'
export { ApiError, isApiError } from './error.ts'
