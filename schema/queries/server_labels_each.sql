-- The labels of all servers.
select server_id, key, value
from server_label
order by server_id, key
