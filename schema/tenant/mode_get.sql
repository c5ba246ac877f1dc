-- How this database is closed; no row: it is not.
select method, restore_data, reason, owner, epoch
from muster_write_mode
where id = 1
