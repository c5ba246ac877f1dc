-- Tenants that are closed for writes while a rollout works on them. readonly: 0 none, 1 all of them,
-- 2 those with a file that asks for it.
alter table rollout add column readonly integer not null default 0
	check (readonly in (0, 1, 2));
alter table rollout add column max_closed_ms integer not null default 0;
alter table rollout add column drain_ms integer not null default 0;
alter table rollout add column accept_holes integer not null default 0
	check (accept_holes in (0, 1));

-- How long the tenant was closed for this task, all times together.
alter table task add column closed_ms integer not null default 0;
create index task_closed on task (rollout_id, closed_ms) where closed_ms > 0;

-- For which task a tenant is closed; 0: somebody asked for it.
alter table write_mode add column rollout_id integer not null default 0;
alter table write_mode add column task_id integer not null default 0;

-- a view keeps the columns that * stood for when it was made
drop view rollout_row;
create view rollout_row as
select r.*, l.name as release
from rollout as r
cross join release as l on l.id = r.release_id;

drop view task_row;
create view task_row as
select k.*, t.name as tenant, t.schema, t.bytes, s.name as server
from task as k
cross join tenant as t on t.id = k.tenant_id
cross join server as s on s.id = k.server_id;
