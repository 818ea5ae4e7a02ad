select
  trim(iata) as airport_code,
  trim(name) as name,
  -- the source writes NA for unknown places
  nullif(trim(city), 'NA') as city,
  nullif(trim(state), 'NA') as state,
  trim(country) as country,
  latitude,
  longitude
from {{ source('faa', 'airports') }}
