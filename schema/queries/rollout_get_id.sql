-- The rollout with this id.
select *
from rollout_row
where id = :id
