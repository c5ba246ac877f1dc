-- The same table with one more state: of the waves of a rollout that was aborted.

create table wave_now (
	rollout_id integer not null references rollout (id),
	seq integer not null check (seq > 0),
	state text not null check (state in ('pending', 'running', 'baking', 'gated', 'done',
		'cancelled')),
	size integer not null default 0,
	bake_until integer not null default 0,
	gate text,
	primary key (rollout_id, seq)
) strict, without rowid;
insert into wave_now
select w.rollout_id, w.seq,
	case when r.state = 'aborted' and w.state <> 'done' then 'cancelled' else w.state end,
	w.size, w.bake_until, w.gate
from wave as w
join rollout as r on r.id = w.rollout_id;
drop table wave;
alter table wave_now rename to wave;
