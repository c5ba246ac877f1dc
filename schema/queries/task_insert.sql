-- A new task.
insert into task (rollout_id, tenant_id, server_id, wave, rank, state, reason, migration,
	statement, statements, attempt, err_code, err_native, err_message, not_before, started_at,
	finished_at, class, difference, phase)
values (:rollout_id, :tenant_id, :server_id, :wave, :rank, :state, :reason, :migration,
	:statement, :statements, :attempt, :err_code, :err_native, :err_message, :not_before,
	:started_at, :finished_at, :class, :difference, :phase)
