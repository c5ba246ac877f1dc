-- How long muster was paused on a server, by each cause.
select cause, ms
from throttle_paused
where server_id = :server_id
order by cause
