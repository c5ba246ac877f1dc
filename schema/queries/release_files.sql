-- The files of a release, by name.
select name, content
from release_file
where release_id = :release_id
order by name
