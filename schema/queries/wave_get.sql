-- One wave of a rollout.
select *
from wave
where rollout_id = :rollout_id and seq = :seq
