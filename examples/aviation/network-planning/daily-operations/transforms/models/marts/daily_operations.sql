with days as (
  select
    origin as airport_code,
    flight_date,
    count(*) as departures,
    round(avg(delay_minutes), 2) as mean_delay_minutes,
    max(delay_minutes) as worst_delay_minutes,
    round(avg(is_delayed::integer), 4) as delayed_share
  from {{ source('flights', 'flights_fact') }}
  group by origin, flight_date
)
select
  d.airport_code,
  d.flight_date,
  a.city,
  d.departures,
  d.mean_delay_minutes,
  d.worst_delay_minutes,
  d.delayed_share,
  w.usual_rain_mm
from days d
join {{ source('airports', 'airports') }} a using (airport_code)
left join {{ ref('usual_weather') }} w
  on w.city = a.city
  and w.day_of_year = strftime(d.flight_date, '%m-%d')
order by d.airport_code, d.flight_date
