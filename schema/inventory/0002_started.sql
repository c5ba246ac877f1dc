-- What a restart must not forget: the epoch of the last start, which only grows, and what
-- the last look at a tenant found besides its version.

create table started (
	epoch integer not null
) strict;
insert into started values (0);

-- open: a migration that its history calls unfinished. regressed: a version that was
-- seen applied there and is gone; the tenant stays out of rollouts until a human accepts it.
alter table tenant add column open text;
alter table tenant add column regressed text;

drop view tenant_row;
create view tenant_row as
select t.id, t.name, t.server_id, s.name as server, t.schema, t.version, t.open, t.regressed,
	t.mode, t.hold, t.bytes, t.revision
from tenant as t
cross join server as s on s.id = t.server_id
where t.removed_at = 0;
