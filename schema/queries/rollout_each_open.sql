-- Rollouts that have not ended, newest first.
select *
from rollout_row
where state not in ('done', 'failed', 'aborted')
order by id desc
