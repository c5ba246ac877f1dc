-- Replicas that were found without being named: for a day they are waited for at the next start,
-- too. source: where the server was then.
create table replica_found (
	server_id integer not null references server (id),
	address text not null,
	source text not null,
	seen_at integer not null,
	primary key (server_id, address)
) strict, without rowid;
