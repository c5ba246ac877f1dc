-- Everything of a task that can change; rollout and tenant cannot.
update task
set server_id = :server_id, wave = :wave, rank = :rank, state = :state, reason = :reason,
	migration = :migration, statement = :statement, statements = :statements,
	attempt = :attempt, err_code = :err_code, err_native = :err_native,
	err_message = :err_message, not_before = :not_before, started_at = :started_at,
	finished_at = :finished_at
where id = :id
