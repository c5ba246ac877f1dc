-- All rollouts, newest first.
select *
from rollout_row
order by id desc
