-- Tasks that somebody was working on; a rollout that has ended has none.
select k.*
from rollout as r
cross join task_row as k on k.rollout_id = r.id
where r.state not in ('done', 'failed', 'aborted')
and k.state in ('running', 'verifying')
order by k.id
