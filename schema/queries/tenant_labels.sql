-- The labels of one tenant, by key.
select key, value
from tenant_label
where tenant_id = :id
order by key
