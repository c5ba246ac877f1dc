-- The chain that a tenant's latest task began with, whatever its rollout.
select k.rollout_id, r.release_id, k.class, c.content
from task as k
join rollout as r on r.id = k.rollout_id
join chain as c on c.rollout_id = k.rollout_id and c.server_id = k.server_id and c.class = k.class
where k.tenant_id = :tenant_id
order by k.rollout_id desc
limit 1
