-- The tenant of this name.
select *
from tenant_row
where name = :name
