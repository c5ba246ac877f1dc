-- How long statements took, for those who expect the next ones: by server, by the way a table is
-- changed (or "ddl", "write") and by the number of binary digits of its size. bytes and ms are
-- sums over nr of them; what is old loses its weight.
create table rate (
	server_id integer not null references server (id),
	algorithm text not null,
	size integer not null,
	nr integer not null,
	bytes integer not null,
	ms integer not null,
	primary key (server_id, algorithm, size)
) strict, without rowid;
