select
  cast(date_trunc('week', flight_date) as date) as week,
  airport_code,
  cast(sum(departures) as bigint) as departures,
  sum(mean_delay_minutes * departures) / sum(departures) as mean_delay_minutes
from {{ source('operations', 'daily_operations') }}
group by all
