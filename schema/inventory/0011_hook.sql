-- Executables that are run at events: "before-close=drain after-open=undrain". hooks_begun: bits of
-- those whose end is not known.
alter table rollout add column hooks text;
alter table rollout add column hooks_begun integer not null default 0;
alter table write_mode add column hooks text;
alter table write_mode add column hooks_begun integer not null default 0;

-- What they have printed: the end of it, and how many bytes were in front.
create table event_output (
	event_id integer primary key references event (id),
	output text not null,
	lost integer not null default 0
) strict;

-- a view keeps the columns that * stood for when it was made
drop view rollout_row;
create view rollout_row as
select r.*, l.name as release
from rollout as r
cross join release as l on l.id = r.release_id;
