with source as (

    {#- The raw data comes from seeds here; in the shop it is a source. #}
    select * from {{ ref('raw_customers') }}

),

renamed as (

    select
        id as customer_id,
        first_name,
        last_name,
        postcode
    from source

)

select * from renamed
