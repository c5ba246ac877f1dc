-- Through what else rows of this tenant are written: its name and its text.
select event_object_table, action_statement
from information_schema.triggers
where event_object_schema = database()
union all
select table_name, view_definition
from information_schema.views
where table_schema = database()
union all
select routine_name, routine_definition
from information_schema.routines
where routine_schema = database()
