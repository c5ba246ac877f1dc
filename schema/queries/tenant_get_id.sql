-- The tenant with this id.
select *
from tenant_row
where id = :id
