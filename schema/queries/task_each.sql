-- Tasks of a rollout by wave and rank, behind one of them; limit -1 is all.
select *
from task_row
where rollout_id = :rollout_id
and (wave, rank, id) > (
	select coalesce(max(wave), -1), coalesce(max(rank), -1), coalesce(max(id), -1)
	from task
	where id = :after
)
order by wave, rank, id
limit :limit
