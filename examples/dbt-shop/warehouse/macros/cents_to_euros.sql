{% macro cents_to_euros(column, scale=2) -%}
    cast({{ column }} / 100.0 as decimal(16, {{ scale }}))
{%- endmacro %}
