-- A new rollout.
insert into rollout (name, release_id, state, reason, revision, selector, to_version, waves,
	bake_ms, gate_human, budget_limit, running_limit, per_server_limit, strategy, stall_ms,
	owner, start_reason, ignore_window, over_budget, surveyed, priority, throttled, readonly,
	max_closed_ms, drain_ms, accept_holes, no_rewrite, close_method, hooks, hooks_begun, phase,
	phase_open, created_at, started_at, ended_at)
values (:name, :release_id, :state, :reason, :revision, :selector, :to_version, :waves,
	:bake_ms, :gate_human, :budget_limit, :running_limit, :per_server_limit, :strategy,
	:stall_ms, :owner, :start_reason, :ignore_window, :over_budget, :surveyed,
	:priority, :throttled, :readonly, :max_closed_ms, :drain_ms, :accept_holes, :no_rewrite,
	:close_method, :hooks, :hooks_begun, :phase, :phase_open, :created_at, :started_at, :ended_at)
