import { table } from 'virtual:route-table'
import { clientOf } from '@datamesh/sdk'

/** The mesh that served this page; the session's cookie says who asks. */
export const client = clientOf(table, { url: '' })
