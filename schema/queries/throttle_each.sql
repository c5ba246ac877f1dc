-- All that was decided about the throttle; that of every server before that of one.
select *
from throttle_rule
order by server_id, kind, name
