-- Where every tenant is, at which version and in which mode, by name.
select id, name, server, schema, version, mode, shape
from tenant_row
order by name
