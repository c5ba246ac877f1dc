-- One kind more of what a statement may do (TASK_KINDS of states.h). A check cannot be changed:
-- the column is made anew.
drop view task_row;
alter table chain add column new_kind text not null default 'unknown'
	check (new_kind in ('unknown', 'instant', 'data', 'chunk', 'rebuild'));
update chain set new_kind = kind;
alter table chain drop column kind;
alter table chain rename column new_kind to kind;

create view task_row as
select k.*, t.name as tenant, t.schema, t.bytes, s.name as server,
	coalesce(c.kind, 'unknown') as kind
from task as k
cross join tenant as t on t.id = k.tenant_id
cross join server as s on s.id = k.server_id
left join chain as c on c.rollout_id = k.rollout_id and c.server_id = k.server_id
	and c.class = k.class;

-- How many tasks at once may change rows range by range; 0: nobody said.
alter table server add column max_chunks integer not null default 0;
