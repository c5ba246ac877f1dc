-- The servers that replicate from this one, also by way of others; by name.
with recursive source (name) as (
	select :name
	union
	select s.name
	from server as s
	join source as o on s.replica_of = o.name
	where s.removed_at = 0
)
select s.*
from server as s
where s.replica_of in (select name from source) and s.name <> :name and s.removed_at = 0
order by s.name
