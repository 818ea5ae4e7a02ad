{{ config(materialized='incremental') }}

with new_flights as (
  select *
  from {{ ref('stg_flights') }}
  {% if is_incremental() %}
  -- whole days only, so that the position within a day never changes
  where date >= (select max(flight_date) + 1 from {{ this }})
  {% endif %}
)
select
  -- the source has no key, and 191 rows stand in it twice: day and position within the day identify a flight
  cast(strftime(date, '%Y%m%d') as bigint) * 100000
    + row_number() over (partition by cast(date as date) order by date, origin, destination, distance, delay) as flight_id,
  date as departed_at,
  cast(date as date) as flight_date,
  origin,
  destination,
  cast(distance as integer) as distance_miles,
  cast(delay as integer) as delay_minutes,
  delay > 15 as is_delayed
from new_flights
order by flight_id
