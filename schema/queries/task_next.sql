-- Pending tasks of one server up to a wave, in order, whose tenant nobody works on.
select *
from task_row as k
where rollout_id = :rollout_id and state = 'pending' and server_id = :server_id
and wave <= :wave
and not exists (
	select 1
	from task as other
	where other.tenant_id = k.tenant_id and other.state in ('running', 'verifying')
)
order by wave, rank
limit :limit
