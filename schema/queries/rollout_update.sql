-- Everything a rollout has.
update rollout
set name = :name, release_id = :release_id, state = :state, reason = :reason,
	revision = :revision, selector = :selector, to_version = :to_version, waves = :waves,
	bake_ms = :bake_ms, gate_human = :gate_human, budget_limit = :budget_limit,
	running_limit = :running_limit, per_server_limit = :per_server_limit,
	strategy = :strategy, stall_ms = :stall_ms, owner = :owner,
	start_reason = :start_reason, ignore_window = :ignore_window,
	over_budget = :over_budget, surveyed = :surveyed, priority = :priority,
	throttled = :throttled, readonly = :readonly, max_closed_ms = :max_closed_ms,
	drain_ms = :drain_ms, accept_holes = :accept_holes, no_rewrite = :no_rewrite,
	close_method = :close_method,
	hooks = :hooks, hooks_begun = :hooks_begun, phase = :phase, phase_open = :phase_open,
	created_at = :created_at, started_at = :started_at, ended_at = :ended_at
where id = :id
