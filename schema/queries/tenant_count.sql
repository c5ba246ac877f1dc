-- How many tenants; server_id 0: on all servers.
select count(*) as nr
from tenant
where removed_at = 0 and (:server_id = 0 or server_id = :server_id)
