-- Events of one rollout behind one id, oldest first.
select *
from event
where rollout_id = :rollout_id and id > :since
order by id
limit :limit
