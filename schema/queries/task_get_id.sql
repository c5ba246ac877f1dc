-- The task with this id, and what was seen applied to its tenant.
select k.*, coalesce(t.regressed, t.version) as seen
from task_row as k
cross join tenant as t on t.id = k.tenant_id
where k.id = :id
