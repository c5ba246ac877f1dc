-- All releases, newest first.
select *
from release
order by id desc
