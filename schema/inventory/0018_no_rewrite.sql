-- Its statements run as they are written, also where others are cheaper and end the same.
alter table rollout add column no_rewrite integer not null default 0
	check (no_rewrite in (0, 1));

-- a view keeps the columns that * stood for when it was made
drop view rollout_row;
create view rollout_row as
select r.*, l.name as release
from rollout as r
cross join release as l on l.id = r.release_id;
