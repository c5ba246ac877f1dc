-- Every tenant that is not open for writes, by name.
select w.tenant_id, t.name as tenant, t.server_id, t.schema, t.mode, w.method, w.restore,
	w.reason, w.owner, w.maintenance, w.drain_ms, w.ends, w.asked_at, w.since, w.expires_at,
	w.failed, w.failed_code, w.rollout_id, w.task_id, w.hooks, w.hooks_begun
from write_mode as w
cross join tenant as t on t.id = w.tenant_id
order by t.name
