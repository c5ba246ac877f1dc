-- The task of a tenant in a rollout. A tenant that was removed and enrolled again has two rows
-- of this name; the newer one counts.
select k.*
from tenant as t
cross join task_row as k
where t.name = :tenant and k.tenant_id = t.id and k.rollout_id = :rollout_id
order by t.id desc
limit 1
