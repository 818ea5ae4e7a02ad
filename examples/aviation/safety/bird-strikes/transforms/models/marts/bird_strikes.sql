select
  -- the source has no key: day and position within the day identify a report
  cast(strftime(s.strike_date, '%Y%m%d') as bigint) * 1000
    + row_number() over (
        partition by s.strike_date
        order by s.airport_name, s.species, s.operator, s.aircraft, s.phase_of_flight, s.cost_total_usd, s.speed_knots
      ) as strike_id,
  s.strike_date,
  a.airport_code,
  s.airport_name,
  s.state,
  s.operator,
  s.aircraft,
  s.phase_of_flight,
  s.time_of_day,
  s.species,
  s.wildlife_size,
  s.damage,
  s.speed_knots,
  s.cost_repair_usd,
  s.cost_other_usd,
  s.cost_total_usd
from {{ ref('stg_bird_strikes') }} s
left join {{ ref('airport_names') }} a using (airport_name)
order by strike_id
