-- A tenant is open again that was closed for this task.
update task
set closed_ms = closed_ms + :ms
where id = :id
