import { MeshError } from '@datamesh/core'
import {
  bindMacro,
  type Context,
  type Func,
  type MacroNode,
  macrosOf,
  parseTemplate,
  renderAll,
  type Template,
} from '../jinja/index.ts'
import type { Project } from './project.ts'

type Macro = { readonly template: Template; readonly node: MacroNode }
/** Macros by package and name; the project's own package is `''`. */
export type Macros = ReadonlyMap<string, ReadonlyMap<string, Macro>>

// Rule: dbt, macros/generic_test_sql. Each test is a query of the rows that break it.
const genericTests = `
{% test unique(model, column_name) %}
select {{ column_name }} as unique_field, count(*) as n_records
from {{ model }}
where {{ column_name }} is not null
group by {{ column_name }}
having count(*) > 1
{% endtest %}
{% test not_null(model, column_name) %}
select *
from {{ model }}
where {{ column_name }} is null
{% endtest %}
{% test accepted_values(model, column_name, values, quote=True) %}
select value_field, n_records
from (
  select {{ column_name }} as value_field, count(*) as n_records
  from {{ model }}
  group by {{ column_name }}
) as all_values
where value_field not in ({% for value in values %}{{ dbt.string_literal(dbt.escape_single_quotes(value)) if quote else value }}{{ ', ' if not loop.last }}{% endfor %})
{% endtest %}
{% test relationships(model, column_name, to, field) %}
select child.from_field
from (select {{ column_name }} as from_field from {{ model }} where {{ column_name }} is not null) as child
left join (select {{ field }} as to_field from {{ to }}) as parent on child.from_field = parent.to_field
where parent.to_field is null
{% endtest %}
`
// Rule: dbt-utils, macros/generic_tests.
const utilityTests = `
{% test expression_is_true(model, expression, column_name=none) %}
select *
from {{ model }}
where not ({{ column_name ~ ' ' if column_name is not none }}{{ expression }})
{% endtest %}
{% test unique_combination_of_columns(model, combination_of_columns, quote_columns=false) %}
select {% for column in combination_of_columns %}{{ adapter.quote(column) if quote_columns else column }}{{ ', ' if not loop.last }}{% endfor %}
from {{ model }}
group by all
having count(*) > 1
{% endtest %}
{% test not_empty_string(model, column_name, trim_whitespace=true) %}
select *
from {{ model }}
where {{ 'trim(' ~ column_name ~ ')' if trim_whitespace else column_name }} = ''
{% endtest %}
{% test accepted_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}
select *
from {{ model }}
where not (true
  {%- if min_value is not none %} and {{ column_name }} >{{ '=' if inclusive }} {{ min_value }}{% endif %}
  {%- if max_value is not none %} and {{ column_name }} <{{ '=' if inclusive }} {{ max_value }}{% endif %})
{% endtest %}
{% test at_least_one(model, column_name) %}
select count({{ column_name }}) as filled
from {{ model }}
having count({{ column_name }}) = 0
{% endtest %}
{% test not_constant(model, column_name) %}
select count(distinct {{ column_name }}) as distinct_values
from {{ model }}
having count(distinct {{ column_name }}) = 1
{% endtest %}
{% test not_null_proportion(model, column_name, at_least=0, at_most=1.0) %}
select not_null_proportion
from (select count({{ column_name }}) / count(*) as not_null_proportion from {{ model }}) as measured
where not_null_proportion < {{ at_least }} or not_null_proportion > {{ at_most }}
{% endtest %}
{% test equal_rowcount(model, compare_model) %}
select *
from (select (select count(*) from {{ model }}) as count_a, (select count(*) from {{ compare_model }}) as count_b) as counted
where count_a <> count_b
{% endtest %}
{% test relationships_where(model, column_name, to, field, from_condition='1=1', to_condition='1=1') %}
select child.from_field
from (select {{ column_name }} as from_field from {{ model }} where {{ column_name }} is not null and {{ from_condition }}) as child
left join (select {{ field }} as to_field from {{ to }} where {{ to_condition }}) as parent on child.from_field = parent.to_field
where parent.to_field is null
{% endtest %}
{% test cardinality_equality(model, column_name, to, field) %}
(select {{ column_name }}, count(*) as n from {{ model }} group by all except select {{ field }}, count(*) as n from {{ to }} group by all)
union all
(select {{ field }}, count(*) as n from {{ to }} group by all except select {{ column_name }}, count(*) as n from {{ model }} group by all)
{% endtest %}
`

/** Reads every macro of the project, its packages and the ones that dbt brings. @throws template-invalid, model-invalid */
export function readMacros(project: Project): Macros {
  const macros = new Map<string, Map<string, Macro>>()
  const add = (owner: string, path: string, sql: string): void => {
    const template = parseTemplate(sql, path)
    const own = macros.get(owner) ?? new Map<string, Macro>()
    macros.set(owner, own)
    for (const node of macrosOf(template)) {
      const known = own.get(node.name)
      if (known)
        throw new MeshError('model-invalid', {
          file: path,
          why: `the macro ${node.name} stands in ${known.template.source.file} too`,
        })
      own.set(node.name, { template, node })
    }
  }
  add('dbt', 'dbt/tests.sql', genericTests)
  add('dbt_utils', 'dbt_utils/tests.sql', utilityTests)
  for (const { path, sql, package: owner } of project.macros ?? [])
    if (owner !== 'dbt_utils') add(owner === undefined || owner === project.name ? '' : owner, path, sql)
  return macros
}

/** How one context sees the macros: each is bound to it once. */
export function macroFinder(macros: Macros, context: () => Context): (owner: string, name: string) => Func | undefined {
  const bound = new Map<Macro, Func>()
  return (owner, name) => {
    const macro = macros.get(owner)?.get(name)
    if (!macro) return undefined
    const known = bound.get(macro) ?? bindMacro(macro.template, macro.node, { context: context() })
    bound.set(macro, known)
    return known
  }
}

/** The `{% docs %}` blocks of the project's Markdown files. A file that is no template has none. */
export function readDocs(project: Project): ReadonlyMap<string, string> {
  const docs = new Map<string, string>()
  for (const { path, text } of project.docs ?? []) {
    if (!/\{%-?\s*docs\b/.test(text)) continue
    for (const [name, body] of renderAll(parseTemplate(text, path)).docs) docs.set(name, body)
  }
  return docs
}
