-- Everything a server has, but its labels.
update server
set name = :name, host = :host, port = :port, socket = :socket, defaults_file = :defaults_file,
	max_running = :max_running, max_rebuilds = :max_rebuilds, max_chunks = :max_chunks, state = :state,
	reason = :reason, flavor = :flavor, version = :version, window = :window,
	freeze_from = :freeze_from, freeze_until = :freeze_until, freeze_reason = :freeze_reason, replica_of = :replica_of,
	replicas = :replicas, heartbeat = :heartbeat, revision = :revision
where id = :id and removed_at = 0
