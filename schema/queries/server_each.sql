-- All servers, by name.
select *
from server
where removed_at = 0
order by name
