select
  airport_code,
  count(*) as bird_strikes,
  cast(sum(cost_total_usd) as bigint) as strike_cost_usd
from {{ source('strikes', 'bird_strikes') }}
group by airport_code
