{#- One sum per value, named like the value. -#}
{% macro pivot_sum(values, suffix='') -%}
    {%- set parts = [] -%}
    {%- for value in values -%}
        {%- do parts.append('sum(' ~ value ~ suffix ~ ') as ' ~ value) -%}
    {%- endfor -%}
    {{ return(parts | join(',\n    ')) }}
{%- endmacro %}
