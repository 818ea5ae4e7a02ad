select
  "Flight Date" as strike_date,
  "Airport Name" as airport_name,
  "Origin State" as state,
  "Aircraft Airline Operator" as operator,
  "Aircraft Make Model" as aircraft,
  "Phase of flight" as phase_of_flight,
  "Time of day" as time_of_day,
  "Wildlife Species" as species,
  "Wildlife Size" as wildlife_size,
  -- the FAA's codes B and C stand in some reports instead of the word
  case "Effect Amount of damage"
    when 'None' then 'none'
    when 'Minor' then 'minor'
    when 'Medium' then 'medium'
    when 'B' then 'minor'
    when 'C' then 'medium'
    when 'Substantial' then 'substantial'
    else 'destroyed'
  end as damage,
  cast("Speed IAS in knots" as integer) as speed_knots,
  "Cost Repair" as cost_repair_usd,
  "Cost Other" as cost_other_usd,
  "Cost Total $" as cost_total_usd
from {{ source('faa', 'strikes') }}
