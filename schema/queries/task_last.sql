-- The newest task of a tenant.
select *
from task_row
where tenant_id = :tenant_id
order by rollout_id desc
limit 1
