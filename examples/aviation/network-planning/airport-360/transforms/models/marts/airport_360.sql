select
  a.airport_code,
  a.name,
  a.city,
  a.state,
  a.latitude,
  a.longitude,
  t.departures,
  t.arrivals,
  t.destinations,
  round(t.mean_delay_minutes, 2) as mean_delay_minutes,
  round(t.delayed_share, 4) as delayed_share,
  coalesce(s.bird_strikes, 0) as bird_strikes,
  coalesce(s.strike_cost_usd, 0) as strike_cost_usd
from {{ ref('traffic_by_airport') }} t
join {{ source('airports', 'airports') }} a using (airport_code)
left join {{ ref('strikes_by_airport') }} s using (airport_code)
order by a.airport_code
