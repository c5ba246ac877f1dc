-- As task_each, of one state.
select *
from task_row
where rollout_id = :rollout_id
and (wave, rank, id) > (
	select coalesce(max(wave), -1), coalesce(max(rank), -1), coalesce(max(id), -1)
	from task
	where id = :after
)
and state = :state
order by wave, rank, id
limit :limit
