-- How long the last tasks of a release took, by the size of their tenants.
select t.bytes, k.finished_at - k.started_at as ms
from rollout as r
cross join task as k on k.rollout_id = r.id and k.state = 'done'
cross join tenant as t on t.id = k.tenant_id
where r.release_id = :release_id and k.started_at > 0 and k.statement > 0
order by k.finished_at desc
limit 2000
