-- Events behind one id, oldest first; with what was printed where no log of a rollout has it.
select e.*, o.output, coalesce(o.lost, 0) as lost
from event as e
left join event_output as o on o.event_id = e.id and e.rollout_id = 0
where e.id > :since
order by e.id
limit :limit
