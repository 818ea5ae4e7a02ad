with customers as (

    select * from {{ ref('stg_customers') }}

),

orders as (

    select
        customer_id,
        min(order_date) as first_order,
        max(order_date) as latest_order,
        count(order_id) as number_of_orders
    from {{ ref('stg_orders') }}
    group by customer_id

),

payments as (

    select
        stg_orders.customer_id,
        sum(order_payments.total_amount) as lifetime_value
    from {{ ref('int_order_payments') }} as order_payments
    left join {{ ref('stg_orders') }} as stg_orders using (order_id)
    group by stg_orders.customer_id

)

select
    customers.customer_id,
    customers.first_name || ' ' || customers.last_name as full_name,
    orders.first_order,
    orders.latest_order,
    coalesce(orders.number_of_orders, 0) as number_of_orders,
    coalesce(payments.lifetime_value, 0) as lifetime_value
from customers
left join orders using (customer_id)
left join payments using (customer_id)
