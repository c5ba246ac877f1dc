-- The server of this name.
select *
from server
where name = :name and removed_at = 0
