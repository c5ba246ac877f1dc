-- What a CALL may do in this tenant.
select routine_name, routine_definition
from information_schema.routines
where routine_schema = database()
