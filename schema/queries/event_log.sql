-- Events about one object of a rollout, with what was printed, oldest first.
select e.*, o.output, coalesce(o.lost, 0) as lost
from event as e
left join event_output as o on o.event_id = e.id
where e.rollout_id = :rollout_id and e.object = :object
order by e.id
limit :limit
