-- Events behind one id, oldest first.
select *
from event
where id > :since
order by id
limit :limit
