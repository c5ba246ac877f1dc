-- The rollout of this name.
select *
from rollout_row
where name = :name
