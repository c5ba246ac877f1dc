-- What a rollout learnt before it began: for each class of tenants of a server, how the schema
-- looks after each statement. chain and shape are texts of the plan, opaque here.
create table chain (
	rollout_id integer not null references rollout (id),
	server_id integer not null references server (id),
	class text not null,
	content text not null,
	primary key (rollout_id, server_id, class)
) strict;

-- A schema that some tenant had or should have, by its fingerprint.
create table shape (
	fingerprint text primary key,
	content text not null
) strict, without rowid;

-- class: which chain; difference: how the schema of a task in doubt differs.
alter table task add column class text;
alter table task add column difference text;

-- shape: the fingerprint that the tenant should have while its version is shape_version.
-- drifted: how it differs from that, as last seen.
alter table tenant add column shape text;
alter table tenant add column shape_version text;
alter table tenant add column drifted text;

drop view tenant_row;
create view tenant_row as
select t.id, t.name, t.server_id, s.name as server, t.schema, t.version, t.open, t.regressed,
	t.shape, t.shape_version, t.drifted, t.mode, t.hold, t.bytes, t.revision
from tenant as t
cross join server as s on s.id = t.server_id
where t.removed_at = 0;

-- a view keeps the columns that * stood for when it was made
drop view task_row;
create view task_row as
select k.*, t.name as tenant, t.schema, t.bytes, s.name as server
from task as k
cross join tenant as t on t.id = k.tenant_id
cross join server as s on s.id = k.server_id;
