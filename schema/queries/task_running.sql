-- Tasks that somebody was working on, of all rollouts.
select *
from task_row
where id in (
	select id
	from task indexed by task_busy
	where state in ('running', 'verifying')
)
order by id
