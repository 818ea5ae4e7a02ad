import { type CheckSpec, type DataProduct, mainTable } from '../manifest/index.ts'

/** `nullable: false` in the schema is a promise like any other: a check, unless the manifest has it already. */
export const schemaChecks = (product: DataProduct): CheckSpec[] =>
  Object.entries(product.schema.tables).flatMap(([table, { fields }]) =>
    fields
      .filter(
        (field) =>
          !field.nullable &&
          !product.checks.some(
            (check) =>
              check.type === 'not_null' &&
              (check.table ?? mainTable(product)) === table &&
              check.columns.length === 1 &&
              check.columns[0] === field.name,
          ),
      )
      .map((field) => ({
        id: `${table}.not_null.${field.name}`,
        type: 'not_null' as const,
        name: `${field.name} is always set`,
        table,
        columns: [field.name],
        severity: 'error' as const,
        threshold: 1,
        at: field.at ?? { file: 'dataproduct.yaml', line: 1, column: 1 },
      })),
  )
