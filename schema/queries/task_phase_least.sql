-- The earliest phase that some tenants of a rollout are through, when it is not the last; 0: none.
select coalesce(min(phase), 0)
from task indexed by task_state
where rollout_id = :rollout_id and state = 'done' and phase > 0 and phase < :last
