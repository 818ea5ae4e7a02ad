select
  location as city,
  cast(date as date) as observed_on,
  precipitation as precipitation_mm,
  temp_max as temp_max_c,
  temp_min as temp_min_c,
  wind as wind_kmh,
  weather
from {{ source('noaa', 'weather') }}
