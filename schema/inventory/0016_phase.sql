-- The phases of a rollout that has more than one: it stops between them until it is promoted.
-- to_version: the last file of the phase. files, tenants: what was found to be pending.
create table phase (
	rollout_id integer not null references rollout (id),
	seq integer not null check (seq > 0),
	name text not null,
	to_version text not null,
	files integer not null default 0,
	tenants integer not null default 0,
	primary key (rollout_id, seq)
) strict, without rowid;

-- phase: the latest that has begun; 0: it has none. phase_open: those to come wait for nobody.
alter table rollout add column phase integer not null default 0;
alter table rollout add column phase_open integer not null default 0
	check (phase_open in (0, 1));

-- The phase that the tenant is brought to the end of; 0: it takes part in none.
alter table task add column phase integer not null default 0;

-- a view keeps the columns that * stood for when it was made
drop view rollout_row;
create view rollout_row as
select r.*, l.name as release
from rollout as r
cross join release as l on l.id = r.release_id;

drop view task_row;
create view task_row as
select k.*, t.name as tenant, t.schema, t.bytes, s.name as server,
	coalesce(c.kind, 'unknown') as kind
from task as k
cross join tenant as t on t.id = k.tenant_id
cross join server as s on s.id = k.server_id
left join chain as c on c.rollout_id = k.rollout_id and c.server_id = k.server_id
	and c.class = k.class;
