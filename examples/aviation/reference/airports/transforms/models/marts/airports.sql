select *
from {{ ref('stg_airports') }}
order by airport_code
