-- Names of the servers on which a rollout still has something to do, in order.
select name
from server
where id in (
	select server_id
	from task indexed by task_state
	where rollout_id = :rollout_id and state in ('pending', 'waiting', 'running', 'verifying')
)
order by name
