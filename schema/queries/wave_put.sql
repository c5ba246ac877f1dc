-- A wave, new or changed.
insert into wave (rollout_id, seq, state, size, bake_until, gate)
values (:rollout_id, :seq, :state, :size, :bake_until, :gate)
on conflict (rollout_id, seq) do update
set state = excluded.state, size = excluded.size, bake_until = excluded.bake_until,
	gate = excluded.gate
