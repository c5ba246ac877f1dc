-- The labels of one server, by key.
select key, value
from server_label
where server_id = :id
order by key
