-- How many tasks of a rollout wait for a window, and between when these open.
select count(*) as nr, min(window_at) as first_at,
	max(window_at) filter (where window_at < 9223372036854775807) as last_at
from task
where rollout_id = :rollout_id and window_at > 0
