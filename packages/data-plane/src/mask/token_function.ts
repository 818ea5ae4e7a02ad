import type { DuckDBConnection } from '@duckdb/node-api'
import { type BareKeys, tokenOf } from './keys.ts'

/** No text of a reader or of a model may call it: both have lists of what they may. */
export const tokenFunction = 'datamesh_token'

/**
 * The engine has no AES for values, so tokens are made here, chunk by chunk. Without the keys of an id there is no value: the mask fails closed.
 */
export const offerTokens = async (
  connection: DuckDBConnection,
  keysOf: (id: string) => Pick<BareKeys, 'token' | 'nonce'> | undefined,
): Promise<void> => {
  const { DuckDBScalarFunction, VARCHAR } = await import('@duckdb/node-api')
  connection.registerScalarFunction(
    DuckDBScalarFunction.create({
      name: tokenFunction,
      returnType: VARCHAR,
      parameterTypes: [VARCHAR, VARCHAR, VARCHAR],
      mainFunction(_info, input, output) {
        const [ids, columns, values] = [0, 1, 2].map((at) => input.getColumnVector(at))
        for (let row = 0; row < input.rowCount; row += 1) {
          const keys = keysOf(String(ids?.getItem(row)))
          const value = values?.getItem(row)
          const hidden = value === null || value === undefined || keys === undefined
          output.setItem(row, hidden ? null : tokenOf(String(value), String(columns?.getItem(row)), keys))
        }
        output.flush()
      },
    }),
  )
}
