-- A new server.
insert into server (name, host, port, socket, defaults_file, max_running, max_rebuilds, max_chunks, state,
	reason, flavor, version, window, freeze_from, freeze_until, freeze_reason, replica_of, replicas, heartbeat,
	revision)
values (:name, :host, :port, :socket, :defaults_file, :max_running, :max_rebuilds, :max_chunks, :state,
	:reason, :flavor, :version, :window, :freeze_from, :freeze_until, :freeze_reason, :replica_of, :replicas,
	:heartbeat, :revision)
