-- How far the statement has come that runs range by range, in the transaction of its last
-- range and in the words of any session. Nothing happens when a newer daemon has taken the
-- tenant.
update muster_state
set chunk_position = nullif(convert(unhex(:position) using utf8mb4), ''),
	updated_at = utc_timestamp(3)
where id = 1 and epoch <= :epoch
