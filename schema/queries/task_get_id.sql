-- The task with this id.
select *
from task_row
where id = :id
