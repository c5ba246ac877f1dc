-- The server with this id.
select *
from server
where id = :id and removed_at = 0
