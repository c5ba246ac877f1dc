-- The same table with its states compared one by one: "in (…)" fills a table of all of them
-- each time a task's state is written, which is what a rollout does most.

drop view task_row;
create table task_now (
	id integer primary key,
	rollout_id integer not null references rollout (id),
	tenant_id integer not null references tenant (id),
	server_id integer not null references server (id),
	wave integer not null,
	rank integer not null,
	state text not null check (state = 'pending' or state = 'waiting' or state = 'running' or
		state = 'verifying' or state = 'done' or state = 'failed' or
		state = 'in_doubt' or state = 'skipped' or state = 'held' or
		state = 'cancelled'),
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
	class text,
	difference text,
	unique (tenant_id, rollout_id)
) strict;
insert into task_now
select id, rollout_id, tenant_id, server_id, wave, rank, state, reason, migration, statement,
	statements, attempt, err_code, err_native, err_message, not_before, started_at,
	finished_at, class, difference
from task;
drop table task;
alter table task_now rename to task;

create index task_place on task (rollout_id, wave, rank, id);
create index task_state on task (rollout_id, state, wave, rank);
create index task_waiting on task (not_before) where state = 'waiting';

create view task_row as
select k.*, t.name as tenant, t.schema, t.bytes, s.name as server
from task as k
cross join tenant as t on t.id = k.tenant_id
cross join server as s on s.id = k.server_id;
