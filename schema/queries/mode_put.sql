-- How a tenant is closed. What gives back stays as it was first written.
insert into write_mode (tenant_id, method, restore, reason, owner, maintenance, drain_ms, ends,
	asked_at, since, expires_at, failed, failed_code, rollout_id, task_id, hooks,
	hooks_begun)
values (:tenant_id, :method, :restore, :reason, :owner, :maintenance, :drain_ms, :ends,
	:asked_at, :since, :expires_at, :failed, :failed_code, :rollout_id, :task_id,
	:hooks, :hooks_begun)
on conflict (tenant_id) do update set reason = :reason, owner = :owner,
	maintenance = :maintenance, since = :since, expires_at = :expires_at, failed = :failed,
	failed_code = :failed_code, rollout_id = :rollout_id, task_id = :task_id,
	hooks_begun = :hooks_begun
