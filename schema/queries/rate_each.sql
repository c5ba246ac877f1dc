-- How long statements took.
select server_id, algorithm, size, nr, bytes, ms
from rate
order by server_id, algorithm, size
