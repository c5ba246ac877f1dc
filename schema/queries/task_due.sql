-- Waiting tasks whose time has come, of rollouts that have not ended. not_before 0 waits for
-- something else than time.
select k.*
from task_row as k
cross join rollout as r on r.id = k.rollout_id
where k.state = 'waiting' and k.not_before > 0 and k.not_before <= :now
and r.state not in ('done', 'failed', 'aborted')
order by k.not_before, k.id
limit 1000
