-- The release with this id.
select *
from release
where id = :id
