with source as (

    select * from {{ ref('raw_orders') }}

)

select
    id as order_id,
    user_id as customer_id,
    cast(order_date as date) as order_date,
    status,
    cast(note as {{ dbt.type_string() }}) as note
from source
where order_date >= cast('{{ var("first_month") }}' as date)
