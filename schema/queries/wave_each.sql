-- The waves of a rollout, in order.
select *
from wave
where rollout_id = :rollout_id
order by seq
