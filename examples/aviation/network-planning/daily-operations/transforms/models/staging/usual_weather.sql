-- flights are of 2001 and observations of 2012 to 2015: what joins them is the day of the year
select
  city,
  strftime(observed_on, '%m-%d') as day_of_year,
  round(avg(precipitation_mm), 2) as usual_rain_mm
from {{ source('weather', 'weather') }}
group by all
