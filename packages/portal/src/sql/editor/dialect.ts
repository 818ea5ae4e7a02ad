import { SQLDialect } from '@codemirror/lang-sql'

/** What one SELECT of DuckDB is made of: words for writing data or structures are left out, they would only be refused. */
export const duckdb = SQLDialect.define({
  doubleDollarQuotedStrings: true,
  caseInsensitiveIdentifiers: true,
  operatorChars: '+-*/<>=~!@#%^&|`?',
  specialVar: '$',
  keywords: `all and anti any as asc asof at between by case collate columns cross cube current_date current_time current_timestamp
    desc distinct else end escape except exclude exists fetch filter first following from full glob group grouping having ilike in inner
    intersect interval is join last lateral left like limit materialized natural not null nulls offset on or order ordinality outer over
    partition percent pivot positional preceding qualify range recursive replace respect right rollup row rows sample select semi sets
    similar some struct_pack summarize table tablesample then ties to unbounded union unpivot using values when where window with within`,
  types: `bigint bit blob bool boolean char date decimal double float hugeint int integer json map numeric real smallint struct text time
    timestamp timestamptz tinyint ubigint uinteger usmallint utinyint uuid varchar`,
  builtin: `abs any_value approx_count_distinct approx_quantile arg_max arg_min array_agg avg bit_count bool_and bool_or cast ceil coalesce
    concat concat_ws contains corr count count_if covar_pop cume_dist date_diff date_part date_trunc datediff dayname dayofweek dense_rank
    epoch exp extract false first_value floor format generate_series greatest hash histogram if ifnull initcap isfinite json_extract
    json_extract_string lag last_day last_value lead least left_pad len length list list_aggregate list_contains list_distinct list_filter
    list_sort list_transform list_value ln log lower lpad ltrim make_date max md5 median min mod mode monthname now nth_value ntile nullif
    percent_rank pow power quantile_cont quarter random rank regexp_extract regexp_matches regexp_replace regr_slope replace reverse round
    row_number rpad rtrim sign split_part sqrt stddev strftime string_agg string_split strptime substring sum time_bucket today trim true
    trunc try_cast typeof unnest upper var_pop variance week year month day hour minute second`,
})
