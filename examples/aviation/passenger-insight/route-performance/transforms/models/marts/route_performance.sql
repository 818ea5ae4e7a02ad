with routes as (
  select
    origin,
    destination,
    min(distance_miles) as distance_miles,
    count(*) as flights,
    round(quantile_cont(delay_minutes, 0.5), 1) as median_delay_minutes,
    round(quantile_cont(delay_minutes, 0.9), 1) as p90_delay_minutes,
    round(avg(is_delayed::integer), 4) as delayed_share
  from {{ source('flights', 'flights_fact') }}
  group by origin, destination
)
select
  r.origin || '-' || r.destination as route,
  r.origin,
  r.destination,
  o.city as origin_city,
  d.city as destination_city,
  r.distance_miles,
  r.flights,
  r.median_delay_minutes,
  r.p90_delay_minutes,
  r.delayed_share
from routes r
left join {{ source('airports', 'airport_360') }} o on o.airport_code = r.origin
left join {{ source('airports', 'airport_360') }} d on d.airport_code = r.destination
order by route
