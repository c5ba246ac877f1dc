-- The labels of the tenants of tenant_each, in the same order of tenants.
select t.id as tenant_id, l.key, l.value
from tenant as t
cross join tenant_label as l on l.tenant_id = t.id
where t.removed_at = 0 and t.name > :after
order by t.name, l.key
