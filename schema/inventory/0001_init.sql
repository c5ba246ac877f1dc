-- The inventory: plan, journal and cache of musterd. Times are milliseconds since
-- 1970 (UTC), 0 where not yet. The names of states are those of include/states.h.
-- What an ended rollout speaks of stays readable: servers and tenants that were
-- removed keep their row, with removed_at set.

create table server (
	id integer primary key,
	name text not null,
	host text,
	port integer not null default 0,
	socket text,
	defaults_file text,
	max_running integer not null default 0,
	state text not null check (state in ('unknown', 'up', 'down', 'denied')),
	reason text,
	flavor text,
	version text,
	revision integer not null default 0,
	removed_at integer not null default 0
) strict;
create unique index server_name on server (name) where removed_at = 0;

create table server_label (
	server_id integer not null references server (id) on delete cascade,
	key text not null,
	value text not null,
	primary key (server_id, key)
) strict, without rowid;

create table tenant (
	id integer primary key,
	name text not null,
	server_id integer not null references server (id),
	schema text not null,
	version text,
	mode text not null check (mode in ('rw', 'closing', 'ro', 'opening', 'maintenance')),
	hold text,
	bytes integer not null default 0,
	revision integer not null default 0,
	removed_at integer not null default 0
) strict;
create unique index tenant_name on tenant (name) where removed_at = 0;
-- tasks of a tenant that was removed are found by its name, too
create index tenant_any_name on tenant (name);
create unique index tenant_schema on tenant (server_id, schema) where removed_at = 0;

create table tenant_label (
	tenant_id integer not null references tenant (id) on delete cascade,
	key text not null,
	value text not null,
	primary key (tenant_id, key)
) strict, without rowid;

create table release (
	id integer primary key,
	name text not null unique,
	format text not null,
	checksum text not null unique,
	migrations integer not null,
	last_version text,
	created_at integer not null
) strict;

create table release_file (
	id integer primary key,
	release_id integer not null references release (id),
	name text not null,
	content blob not null,
	unique (release_id, name)
) strict;

create trigger release_no_update before update on release
begin
	select raise(abort, 'a release never changes');
end;
create trigger release_no_delete before delete on release
begin
	select raise(abort, 'a release is never removed');
end;
create trigger release_file_no_update before update on release_file
begin
	select raise(abort, 'a file of a release never changes');
end;
create trigger release_file_no_delete before delete on release_file
begin
	select raise(abort, 'a file of a release is never removed');
end;

create table rollout (
	id integer primary key,
	name text unique,
	release_id integer not null references release (id),
	state text not null check (state in ('scheduled', 'running', 'pausing', 'paused', 'gated',
		'aborting', 'aborted', 'done', 'failed')),
	reason text,
	revision integer not null default 0,
	selector text,
	to_version text,
	waves text,
	bake_ms integer not null default 0,
	gate_human integer not null default 0 check (gate_human in (0, 1)),
	budget_limit integer not null default 0,
	running_limit integer not null default 0,
	per_server_limit integer not null default 0,
	strategy text,
	stall_ms integer not null default 0,
	owner text,
	start_reason text,
	over_budget integer not null default 0 check (over_budget in (0, 1)),
	surveyed integer not null default 0 check (surveyed in (0, 1)),
	created_at integer not null,
	started_at integer not null default 0,
	ended_at integer not null default 0
) strict;
create index rollout_open on rollout (id) where state not in ('done', 'failed', 'aborted');

create table wave (
	rollout_id integer not null references rollout (id),
	seq integer not null check (seq > 0),
	state text not null check (state in ('pending', 'running', 'baking', 'gated', 'done')),
	size integer not null default 0,
	bake_until integer not null default 0,
	gate text,
	primary key (rollout_id, seq)
) strict, without rowid;

create table task (
	id integer primary key,
	rollout_id integer not null references rollout (id),
	tenant_id integer not null references tenant (id),
	server_id integer not null references server (id),
	wave integer not null,
	rank integer not null,
	state text not null check (state in ('pending', 'waiting', 'running', 'verifying', 'done',
		'failed', 'in_doubt', 'skipped', 'held', 'cancelled')),
	reason text,
	migration text,
	statement integer not null default 0,
	statements integer not null default 0,
	attempt integer not null default 0,
	err_code text,
	err_native integer not null default 0,
	err_message text,
	not_before integer not null default 0,
	started_at integer not null default 0,
	finished_at integer not null default 0,
	unique (tenant_id, rollout_id)
) strict;
-- the order in which tasks are listed
create index task_place on task (rollout_id, wave, rank, id);
-- the same of one state, and how many there are: all that a task's change has to touch
create index task_state on task (rollout_id, state, wave, rank);
create index task_waiting on task (not_before) where state = 'waiting';

create table event (
	id integer primary key,
	at integer not null,
	uid integer not null,
	actor text,
	kind text not null,
	object text,
	state text,
	text text,
	rollout_id integer not null default 0
) strict;
create index event_rollout on event (rollout_id, id);
create trigger event_no_update before update on event
begin
	select raise(abort, 'events are never changed');
end;
create trigger event_no_delete before delete on event
begin
	select raise(abort, 'events are never removed');
end;

create table request_key (
	key text primary key,
	id integer not null,
	created_at integer not null
) strict, without rowid;
create index request_key_age on request_key (created_at);

-- What a row looks like to the program: names of what it refers to are beside it.
-- cross join keeps the order of the tables, so that the indexes above give the order.
create view tenant_row as
select t.id, t.name, t.server_id, s.name as server, t.schema, t.version, t.mode, t.hold,
	t.bytes, t.revision
from tenant as t
cross join server as s on s.id = t.server_id
where t.removed_at = 0;

create view rollout_row as
select r.*, l.name as release
from rollout as r
cross join release as l on l.id = r.release_id;

create view task_row as
select k.*, t.name as tenant, t.schema, t.bytes, s.name as server
from task as k
cross join tenant as t on t.id = k.tenant_id
cross join server as s on s.id = k.server_id;

-- One row that store_settle counts up: a commit that writes is one that is synced.
create table settled (
	nr integer not null
) strict;
insert into settled values (0);
