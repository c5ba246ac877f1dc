-- How its tenants are closed for writes: "privileges", "triggers", "hook"; null: what fits.
alter table rollout add column close_method text;

-- a view keeps the columns that * stood for when it was made
drop view rollout_row;
create view rollout_row as
select r.*, l.name as release
from rollout as r
cross join release as l on l.id = r.release_id;
