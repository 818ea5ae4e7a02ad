-- What the methods paid adds up to the amount of the order.
select order_id
from {{ ref('orders') }}
where abs(amount - (
    {%- for method in var('payment_methods') %}{{ method }}_amount{{ ' + ' if not loop.last }}{% endfor -%}
)) > 0.001
