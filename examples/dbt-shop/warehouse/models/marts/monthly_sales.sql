select
    cast({{ dbt.date_trunc('month', 'order_date') }} as date) as month,
    {{ pivot_sum(var('payment_methods'), suffix='_amount') }},
    count(*) as orders,
    sum(amount) as amount,
    {{ dbt.datediff('min(order_date)', 'max(order_date)', 'day') }} as days_between
from {{ ref('orders') }}
where status not in ({% for s in ['returned', 'return_pending'] %}'{{ s }}'{{ ', ' if not loop.last }}{% endfor %})
group by 1
order by 1
