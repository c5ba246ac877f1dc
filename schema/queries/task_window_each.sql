-- Tasks that wait for a window or another time, of rollouts that have not ended.
select k.*
from rollout as r
cross join task_row as k on k.rollout_id = r.id
where r.state not in ('done', 'failed', 'aborted') and (k.window_at > 0
	or (k.state = 'waiting' and k.not_before > 0))
order by k.rollout_id, k.window_at
