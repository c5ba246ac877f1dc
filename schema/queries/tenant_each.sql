-- Tenants by name, behind one name; limit -1 is all.
select *
from tenant_row
where name > :after
order by name
limit :limit
