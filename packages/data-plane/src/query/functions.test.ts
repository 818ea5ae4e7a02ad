import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { allowedFunctions, allowedTableFunctions } from './functions.ts'

/** Looked at and left out: they tell about the engine, its catalogue or other queries, wait, or run what they are given as a text. */
const leftOut = [
  /^__internal_|^icu_collate_|^icu_sort_key$|^pg_|^has_\w+_privilege$|^inet_|^st_/,
  /^current_(setting|query|query_id|connection_id|transaction_id|catalog|database|role|schema|schemas|user)$/,
  /^(session_user|user|txid_current|version|getvariable|nextval|currval|setseed|write_log|sleep_ms|in_search_path|get_block_size)$/,
  /^(stats|vector_type|combine|finalize|format_type|format_pg_type|map_to_pg_oid|error|create_sort_key|remap_struct|constant_or_null)$/,
  /^(col|obj|shobj)_description$|^json_(de)?serialize_|^md5_number|^parse_duckdb_log_message$|^is_histogram_other_bin$/,
  /^(can_cast_implicitly|cast_to_type|replace_type|get_type|make_type|timetz_byte_comparable|array_to_string_comma_default)$/,
  /^variant_(bytes_to_variant|to_parquet_variant|normalize)$/,
]

/** Forms of the parser that the engine's list does not name. */
const forms = ['row', 'unnest']

test('every function of the engine is either allowed or left out on purpose: a new engine opens nothing by itself', async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const rows = await connection.runAndReadAll(
    `select distinct lower(function_name) from duckdb_functions() where function_type in ('scalar', 'aggregate', 'macro') order by 1`,
  )
  const engine = rows.getRows().map(([name]) => String(name))
  const isLeftOut = (name: string) => leftOut.some((pattern) => pattern.test(name))
  expect(engine.filter((name) => !allowedFunctions.has(name) && !isLeftOut(name))).toEqual([])
  expect([...allowedFunctions].filter((name) => isLeftOut(name))).toEqual([])
  expect([...allowedFunctions].filter((name) => !engine.includes(name) && !forms.includes(name))).toEqual([])
  const tables = await connection.runAndReadAll(
    `select distinct lower(function_name) from duckdb_functions() where function_type in ('table', 'table_macro')`,
  )
  const tableFunctions = tables.getRows().map(([name]) => String(name))
  expect([...allowedTableFunctions].filter((name) => !tableFunctions.includes(name))).toEqual([])
  expect(
    tableFunctions
      .filter((name) => /read|scan|query|duckdb|pragma|parquet|glob|csv/.test(name))
      .filter((name) => allowedTableFunctions.has(name)),
  ).toEqual([])
  connection.closeSync()
})
