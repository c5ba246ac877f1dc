-- How long muster was paused on a server, and by what: a signal, "hold", "silence".
create table throttle_paused (
	server_id integer not null references server (id),
	cause text not null,
	ms integer not null,
	primary key (server_id, cause)
) strict, without rowid;
