-- When the next waiting task is due, of rollouts that have not ended.
select k.not_before
from task as k
cross join rollout as r on r.id = k.rollout_id
where k.state = 'waiting' and k.not_before > 0
and r.state not in ('done', 'failed', 'aborted')
order by k.not_before
limit 1
