-- The task with this id, what was seen applied to its tenant, and whether that is held or removed. As
-- task_row has it, with the tenant looked up once: this is read twice for every task that runs.
select k.*, t.name as tenant, t.schema, t.bytes, s.name as server,
	coalesce(c.kind, 'unknown') as kind, coalesce(t.regressed, t.version) as seen, t.hold,
	t.removed_at
from task as k
cross join tenant as t on t.id = k.tenant_id
cross join server as s on s.id = k.server_id
left join chain as c on c.rollout_id = k.rollout_id and c.server_id = k.server_id
	and c.class = k.class
where k.id = :id
