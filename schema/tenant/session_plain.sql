-- A file may have left anything in the session: enough to write the history row.
set session autocommit = 1, sql_mode = '', character_set_client = 'utf8mb4',
	character_set_connection = 'utf8mb4', character_set_results = 'utf8mb4'
