-- Tables of this tenant that no transaction covers.
select t.table_name
from information_schema.tables as t
join information_schema.engines as e on e.engine = t.engine
where t.table_schema = database() and t.table_type = 'BASE TABLE' and e.transactions <> 'YES'
