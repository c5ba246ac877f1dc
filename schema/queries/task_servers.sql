-- Servers with a pending task up to a wave: one look into the index per server, not per task.
with recursive hop (id) as (
	select min(server_id)
	from task
	where rollout_id = :rollout_id and state = 'pending'
	union all
	select (
		select min(server_id)
		from task
		where rollout_id = :rollout_id and state = 'pending' and server_id > hop.id
	)
	from hop
	where hop.id is not null
)
select hop.id
from hop
where hop.id is not null and exists (
	select 1
	from task
	where rollout_id = :rollout_id and state = 'pending' and server_id = hop.id
	and wave <= :wave
)
