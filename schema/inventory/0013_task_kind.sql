-- What the dearest statement of a class does on its server (TASK_KINDS of states.h). What was
-- tried out before this was asked is not known.
alter table chain add column kind text not null default 'unknown'
	check (kind = 'unknown' or kind = 'instant' or kind = 'data' or kind = 'rebuild');

-- How many tasks may rebuild tables or indexes at once; 0: nobody said.
alter table server add column max_rebuilds integer not null default 0;

drop view task_row;
create view task_row as
select k.*, t.name as tenant, t.schema, t.bytes, s.name as server,
	coalesce(c.kind, 'unknown') as kind
from task as k
cross join tenant as t on t.id = k.tenant_id
cross join server as s on s.id = k.server_id
left join chain as c on c.rollout_id = k.rollout_id and c.server_id = k.server_id
	and c.class = k.class;
