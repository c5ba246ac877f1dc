-- What can change of a task; its rollout, tenant, server and place cannot. A column that is
-- not named here costs no work on its indexes.
update task
set state = :state, reason = :reason, migration = :migration, statement = :statement,
	statements = :statements, attempt = :attempt, err_code = :err_code,
	err_native = :err_native, err_message = :err_message, not_before = :not_before,
	window_at = :window_at, started_at = :started_at, finished_at = :finished_at,
	difference = :difference, phase = :phase
where id = :id
