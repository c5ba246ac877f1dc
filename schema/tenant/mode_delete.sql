-- Everything was given back.
delete from muster_write_mode
where id = 1
