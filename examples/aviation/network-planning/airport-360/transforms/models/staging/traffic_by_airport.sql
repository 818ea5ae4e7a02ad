with departing as (
  select
    origin as airport_code,
    count(*) as departures,
    count(distinct destination) as destinations,
    avg(delay_minutes) as mean_delay_minutes,
    avg(is_delayed::integer) as delayed_share
  from {{ source('flights', 'flights_fact') }}
  group by origin
),
arriving as (
  select destination as airport_code, count(*) as arrivals
  from {{ source('flights', 'flights_fact') }}
  group by destination
)
select
  airport_code,
  coalesce(departures, 0) as departures,
  coalesce(arrivals, 0) as arrivals,
  coalesce(destinations, 0) as destinations,
  mean_delay_minutes,
  delayed_share
from departing
full join arriving using (airport_code)
