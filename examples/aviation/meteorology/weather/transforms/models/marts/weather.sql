{{ config(materialized='incremental', unique_key=['city', 'observed_on']) }}

select *
from {{ ref('stg_weather') }}
{% if is_incremental() %}
-- observations are corrected for a month after the day
where observed_on > (select max(observed_on) - interval 31 day from {{ this }})
{% endif %}
order by city, observed_on
