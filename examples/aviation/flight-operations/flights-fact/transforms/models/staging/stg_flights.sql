select date, delay, distance, origin, destination
from {{ source('history', 'flights') }}
union all
select date, delay, distance, origin, destination
from {{ source('landing', 'flights') }}
