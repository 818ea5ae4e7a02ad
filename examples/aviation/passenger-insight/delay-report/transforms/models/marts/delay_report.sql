{% set minimum_departures = var('minimum_departures', 50) %}

with network as (
  select
    week,
    cast(sum(departures) as bigint) as departures,
    sum(mean_delay_minutes * departures) / sum(departures) as mean_delay_minutes
  from {{ ref('weeks') }}
  group by week
),
lines as (
  select week, 'ALL' as airport_code, departures, mean_delay_minutes from network
  union all
  select week, airport_code, departures, mean_delay_minutes
  from {{ ref('weeks') }}
  where departures >= {{ minimum_departures }}
)
select
  l.week,
  l.airport_code,
  l.departures,
  round(l.mean_delay_minutes, 2) as mean_delay_minutes,
  round(l.mean_delay_minutes - n.mean_delay_minutes, 2) as against_network_minutes,
  rank() over (partition by l.week order by l.mean_delay_minutes desc) as rank_in_week
from lines l
join network n using (week)
order by l.week, l.airport_code
