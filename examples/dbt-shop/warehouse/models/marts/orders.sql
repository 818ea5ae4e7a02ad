{{ config(materialized='incremental', unique_key='order_id') }}

select
    orders.order_id,
    {{ dbt_utils.generate_surrogate_key(['orders.order_id', 'orders.customer_id']) }} as order_key,
    orders.customer_id,
    orders.order_date,
    orders.status,
    {% for method in var('payment_methods') -%}
    payments.{{ method }}_amount,
    {% endfor -%}
    payments.total_amount as amount,
    '{{ env_var("TEA_SHOP_CURRENCY", "EUR") }}' as currency
from {{ ref('stg_orders') }} as orders
left join {{ ref('int_order_payments') }} as payments using (order_id)

{% if is_incremental() %}
where orders.order_date >= (select max(order_date) - interval 7 day from {{ this }})
{% endif %}
