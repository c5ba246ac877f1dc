-- The tenant that is this schema on this server.
select *
from tenant_row
where server_id = :server_id and schema = :schema
