-- The release of this name.
select *
from release
where name = :name
