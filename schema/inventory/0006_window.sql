-- When something may be migrated. window is a text of the plan, opaque here; a freeze is wall
-- milliseconds, 0: there is none.
alter table server add column window text;
alter table server add column freeze_from integer not null default 0;
alter table server add column freeze_until integer not null default 0;
alter table server add column freeze_reason text;

alter table tenant add column window text;
alter table tenant add column freeze_from integer not null default 0;
alter table tenant add column freeze_until integer not null default 0;
alter table tenant add column freeze_reason text;

-- The same for all that have a label, also those that get it later. label is "key=value".
create table label_window (
	label text primary key,
	window text,
	freeze_from integer not null default 0,
	freeze_until integer not null default 0,
	freeze_reason text
) strict, without rowid;

alter table rollout add column ignore_window integer not null default 0
	check (ignore_window in (0, 1));

-- The opening that a waiting task waits for, wall milliseconds; 0: it waits for no window.
alter table task add column window_at integer not null default 0;
create index task_window on task (rollout_id, window_at) where window_at > 0;

drop view tenant_row;
create view tenant_row as
select t.id, t.name, t.server_id, s.name as server, t.schema, t.version, t.open, t.regressed,
	t.shape, t.shape_version, t.drifted, t.mode, t.hold, t.window, t.freeze_from,
	t.freeze_until, t.freeze_reason, t.bytes, t.revision
from tenant as t
cross join server as s on s.id = t.server_id
where t.removed_at = 0;

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
