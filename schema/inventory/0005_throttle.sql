-- What humans decided about the throttle. server_id 0: every server. name: of the signal, or
-- the label of a label rule. soft, hard, critical: NULL is the usual limit, '-' none, else
-- a number; source: SELECT, URL or path of a signal that is not built in. amount: the
-- ratio of the slots, or the tasks at once of a label. until_at: wall milliseconds, 0: for good.
create table throttle_rule (
	server_id integer not null,
	kind text not null check (kind in ('limit', 'hold', 'exempt', 'ratio', 'label')),
	name text not null,
	soft text,
	hard text,
	critical text,
	source text,
	amount text,
	until_at integer not null default 0,
	for_ms integer not null default 0,
	owner text,
	reason text,
	primary key (server_id, kind, name)
) strict, without rowid;

-- priority: of a rollout against others on the same server; each step is a quarter more turns.
-- throttled: it was the throttle that paused it, which resumes it, too.
alter table rollout add column priority integer not null default 0
	check (priority between -10 and 10);
alter table rollout add column throttled integer not null default 0
	check (throttled in (0, 1));

-- a view keeps the columns that * stood for when it was made
drop view rollout_row;
create view rollout_row as
select r.*, l.name as release
from rollout as r
cross join release as l on l.id = r.release_id;
