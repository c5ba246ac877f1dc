-- Who else has to keep up with what is done on a server. replica_of: name of the server that
-- this one replicates from; replicas: addresses of more, "host:port" with commas between;
-- heartbeat: schema.table.column of a timestamp that somebody keeps up to date on it.
alter table server add column replica_of text;
alter table server add column replicas text;
alter table server add column heartbeat text;
create index server_replica_of on server (replica_of) where replica_of is not null;
