-- The phases of a rollout, in order.
select *
from phase
where rollout_id = :rollout_id
order by seq
