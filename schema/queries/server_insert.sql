-- A new server.
insert into server (name, host, port, socket, defaults_file, max_running, state, reason, flavor,
	version, revision)
values (:name, :host, :port, :socket, :defaults_file, :max_running, :state, :reason, :flavor,
	:version, :revision)
