-- A rollout that has not ended and holds this tenant.
select r.id
from task as k
join rollout as r on r.id = k.rollout_id
where k.tenant_id = :id and r.state not in ('done', 'failed', 'aborted')
limit 1
