-- How long the tenants of a rollout were closed, the shortest first.
select closed_ms
from task
where rollout_id = :rollout_id and closed_ms > 0
order by closed_ms
